import { expect, it } from "vitest";
import { places } from "../../../src/targets/places.ts";

const never = new AbortController().signal;

it("lets in so many, the others in the order in which they came", async () => {
  const { enter, leave } = places(2);
  const entered: string[] = [];
  const come = (name: string, signal = never) => enter(signal).then(() => entered.push(name));
  const all = [come("a"), come("b"), come("c"), come("d")];
  await Promise.all(all.slice(0, 2));
  expect(entered).toEqual(["a", "b"]);
  leave();
  await all[2];
  expect(entered).toEqual(["a", "b", "c"]);
  leave();
  await all[3];
  leave();
  leave();
  await come("e");
  expect(entered).toEqual(["a", "b", "c", "d", "e"]);
});

it("takes who gave up out of the queue, and loses no place by it", async () => {
  const { enter, leave } = places(1);
  await enter(never);
  const impatient = new AbortController();
  const first = enter(impatient.signal);
  const second = enter(never);
  impatient.abort(new Error("late"));
  await expect(first).rejects.toThrow("late");
  leave();
  await second;
  leave();
  await enter(never);
});
