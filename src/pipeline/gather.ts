import { nextTurn } from "./next-turn.ts";

/**
 * A function that hands on what it is given in one turn of the event loop as one list. Its promise settles as that of the list does.
 *
 * @param hand takes the items of a turn, in their order.
 */
export function gather<Item>(hand: (items: readonly Item[]) => Promise<void>): (item: Item) => Promise<void> {
  let turn: { readonly items: Item[]; readonly done: Promise<void> } | undefined;
  const begin = () => {
    const items: Item[] = [];
    const done = nextTurn().then(() => {
      turn = undefined;
      return hand(items);
    });
    return { items, done };
  };
  return (item) => {
    turn ??= begin();
    turn.items.push(item);
    return turn.done;
  };
}
