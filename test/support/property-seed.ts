import fc from "fast-check";

/** Property tests try the same inputs in every run, so that a failure is there for everybody; PROPERTY_SEED=any tries new ones. */
const chosen = process.env.PROPERTY_SEED;
if (chosen !== "any") fc.configureGlobal({ seed: chosen === undefined ? 20_261_121 : Number(chosen) });
