import { InvalidArgumentError } from "commander";
import { mostRepetitions } from "../core/bounds.ts";

/** Reads an amount above 0. */
export function amount(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("give an amount above 0, such as 2.50.");
}

/** Reads how often each case is tried. */
export function repetitionsNumber(text: string): number {
  const value = wholeNumber(text);
  if (value <= mostRepetitions) return value;
  throw new InvalidArgumentError(`give a whole number from 1 to ${mostRepetitions}.`);
}

/** Reads a whole number of at least 1. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("give a whole number of at least 1.");
}

/** Reads a number above `least` and below 1. */
export function proportion(least: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (value > least && value < 1) return value;
    throw new InvalidArgumentError(
      `give a number above ${least} and below 1, such as ${least === 0 ? 0.05 : 0.8}.`,
    );
  };
}

/** Reads the number of a port; 0 stands for any that is free. */
export function portNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError("give a whole number from 0 to 65535.");
}
