import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Calibration, calibrationSchema } from "../core/calibration.ts";
import { EvalsError } from "../core/errors.ts";
import type { Evaluator } from "../core/extensions.ts";

/** Folder of the calibration files, relative to the working directory. */
export const calibrationsFolder = "calibrations";

/** Path of an evaluator's calibration file. */
export function calibrationFile(folder: string, evaluator: string): string {
  return join(folder, `${evaluator}.json`);
}

/**
 * The evaluators with what is known of their error: one with a calibration file says its measured quality from then on.
 *
 * @throws EvalsError CALIBRATION_INVALID for a file that was made for another version or judge, or that cannot be read.
 */
export async function withCalibrations(
  folder: string,
  evaluators: readonly Evaluator[],
): Promise<Evaluator[]> {
  return Promise.all(
    evaluators.map(async (evaluator) => {
      const file = calibrationFile(folder, evaluator.name);
      const calibration = await readCalibration(file);
      if (calibration === null) return evaluator;
      refuseOther(file, calibration, evaluator);
      return measured(evaluator, calibration);
    }),
  );
}

async function readCalibration(file: string): Promise<Calibration | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as { code?: unknown }).code === "ENOENT") return null;
    throw invalid(file, "cannot be read", "check the file, or delete it", cause);
  }
  try {
    return calibrationSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw invalid(file, "is no calibration", "make it again with `evals calibrate`, or delete it", cause);
  }
}

/** A quality that was measured of something else would correct by a wrong error. */
function refuseOther(file: string, calibration: Calibration, evaluator: Evaluator): void {
  const { name, version, judge, judgedBy } = evaluator;
  const again = `measure it again with \`evals calibrate ${name} --labels ${calibration.labels.file}\`, or delete the file`;
  if (calibration.evaluator !== name) {
    throw invalid(file, `was made for the evaluator "${calibration.evaluator}"`, again);
  }
  const before = calibration.judgedBy?.fingerprint ?? null;
  if (before !== (judgedBy?.fingerprint ?? null)) {
    const was = calibration.judgedBy?.name ?? "no judge";
    throw invalid(file, `was made with another judge (${was}, now ${judgedBy?.name ?? "none"})`, again);
  }
  if (calibration.version !== version) {
    throw invalid(
      file,
      `was made for version "${calibration.version}" of ${name}, which is now "${version}"`,
      again,
    );
  }
  if (typeof judge === "object") {
    throw invalid(
      file,
      `measures ${name}, whose own \`judge\` says another quality`,
      'keep one of them: write `judge: "unmeasured"`, or delete the file',
    );
  }
}

/** Evaluators may be objects of a class, so that their methods are called on themselves. */
function measured(evaluator: Evaluator, { quality }: Calibration): Evaluator {
  return {
    name: evaluator.name,
    version: evaluator.version,
    judge: quality,
    ...(evaluator.judgedBy && { judgedBy: evaluator.judgedBy }),
    ...(evaluator.callsPerAnswer !== undefined && { callsPerAnswer: evaluator.callsPerAnswer }),
    ...(evaluator.targets && { targets: evaluator.targets }),
    ...(evaluator.changesNothing !== undefined && { changesNothing: evaluator.changesNothing }),
    prepare: (cases) => evaluator.prepare?.(cases),
    evaluate: (input, context) => evaluator.evaluate(input, context),
  };
}

function invalid(file: string, what: string, hint: string, cause?: unknown): EvalsError {
  return new EvalsError("CALIBRATION_INVALID", `${file}: ${what}`, hint, { cause });
}
