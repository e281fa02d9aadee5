import { type Gate, gateSchema } from "../core/gate.ts";
import { type LoadedModule, loadModule } from "./load-module.ts";

/**
 * Loads a gate file.
 *
 * @throws EvalsError CONFIG_NOT_FOUND or GATE_INVALID that names file and line.
 */
export function loadGate(path: string): Promise<LoadedModule<Gate>> {
  return loadModule(path, gateSchema, { missing: "CONFIG_NOT_FOUND", invalid: "GATE_INVALID", what: "gate" });
}
