// The page's only script: it opens the cases that the page carries, and puts the explorer in place of the static list.
import { type ContainerNode, render } from "preact";
import { fromCharacters } from "./characters.ts";
import { type ExplorerData, unpackedData } from "./data.ts";
import { type Address, Explorer } from "./explorer.tsx";
import { putFarCopiesBack } from "./far-copies.ts";
import { viewOf } from "./view.ts";

/** What the script uses of the browser; the types of a browser are not among those of the project. */
interface Browser {
  readonly document: {
    getElementById(id: string): (ContainerNode & { textContent: string; replaceChildren(): void }) | null;
    querySelector(selector: string): { scrollIntoView(): void } | null;
    readonly documentElement: { setAttribute(name: string, value: string): void };
  };
  readonly location: { readonly hash: string };
  readonly history: { replaceState(state: null, title: string, address: string): void };
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}
const browser = globalThis as unknown as Browser;

const address: Address = {
  read: () => browser.location.hash,
  write: (hash) => browser.history.replaceState(null, "", hash),
  listen(onChange) {
    browser.addEventListener("hashchange", onChange);
    return () => browser.removeEventListener("hashchange", onChange);
  },
};

async function unpacked(text: string): Promise<ExplorerData> {
  const colon = text.indexOf(":");
  const bytes = fromCharacters(text.slice(colon + 1)).subarray(0, Number(text.slice(0, colon)));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const packed = putFarCopiesBack(new Uint8Array(await new Response(stream).arrayBuffer()));
  return unpackedData(new TextDecoder().decode(packed));
}

async function start(): Promise<void> {
  const island = browser.document.getElementById("case-data");
  const place = browser.document.getElementById("explorer");
  if (island === null || place === null) return;
  const data = await unpacked(island.textContent);
  place.replaceChildren();
  render(<Explorer data={data} address={address} />, place);
  const { document } = browser;
  if (viewOf(address.read()) !== null)
    (document.querySelector(".case.open") ?? document.querySelector("#cases"))?.scrollIntoView();
  browser.document.documentElement.setAttribute("data-explorer", "ready");
}

void start();
