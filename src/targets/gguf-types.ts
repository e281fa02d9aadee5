/** Bytes that a block of a tensor type takes, and weights in it. Source: `type_traits` in ggml.c and the blocks of ggml-common.h. */
const tensorTypes: ReadonlyMap<number, readonly [bytes: number, weights: number]> = new Map([
  [0, [4, 1]], // F32
  [1, [2, 1]], // F16
  [2, [18, 32]], // Q4_0
  [3, [20, 32]], // Q4_1
  [6, [22, 32]], // Q5_0
  [7, [24, 32]], // Q5_1
  [8, [34, 32]], // Q8_0
  [9, [36, 32]], // Q8_1
  [10, [84, 256]], // Q2_K
  [11, [110, 256]], // Q3_K
  [12, [144, 256]], // Q4_K
  [13, [176, 256]], // Q5_K
  [14, [210, 256]], // Q6_K
  [15, [292, 256]], // Q8_K
  [16, [66, 256]], // IQ2_XXS
  [17, [74, 256]], // IQ2_XS
  [18, [98, 256]], // IQ3_XXS
  [19, [50, 256]], // IQ1_S
  [20, [18, 32]], // IQ4_NL
  [21, [110, 256]], // IQ3_S
  [22, [82, 256]], // IQ2_S
  [23, [136, 256]], // IQ4_XS
  [24, [1, 1]], // I8
  [25, [2, 1]], // I16
  [26, [4, 1]], // I32
  [27, [8, 1]], // I64
  [28, [8, 1]], // F64
  [29, [56, 256]], // IQ1_M
  [30, [2, 1]], // BF16
  [34, [54, 256]], // TQ1_0
  [35, [66, 256]], // TQ2_0
  [39, [17, 32]], // MXFP4
]);

/** Names of `general.file_type`, the type of most weights of a file. Source: `enum llama_ftype` in llama.h. */
const fileTypes: ReadonlyMap<number, string> = new Map([
  [0, "F32"],
  [1, "F16"],
  [2, "Q4_0"],
  [3, "Q4_1"],
  [7, "Q8_0"],
  [8, "Q5_0"],
  [9, "Q5_1"],
  [10, "Q2_K"],
  [11, "Q3_K_S"],
  [12, "Q3_K_M"],
  [13, "Q3_K_L"],
  [14, "Q4_K_S"],
  [15, "Q4_K_M"],
  [16, "Q5_K_S"],
  [17, "Q5_K_M"],
  [18, "Q6_K"],
  [19, "IQ2_XXS"],
  [20, "IQ2_XS"],
  [21, "Q2_K_S"],
  [22, "IQ3_XS"],
  [23, "IQ3_XXS"],
  [24, "IQ1_S"],
  [25, "IQ4_NL"],
  [26, "IQ3_S"],
  [27, "IQ3_M"],
  [28, "IQ2_S"],
  [29, "IQ2_M"],
  [30, "IQ4_XS"],
  [31, "IQ1_M"],
  [32, "BF16"],
  [36, "TQ1_0"],
  [37, "TQ2_0"],
  [38, "MXFP4"],
]);

/** Bytes of a tensor with so many weights; `null` for a type that is not known here. */
export function tensorBytes(type: number, weights: number): number | null {
  const found = tensorTypes.get(type);
  return found === undefined ? null : Math.ceil(weights / found[1]) * found[0];
}

/** Name of the quantisation of a file by its `general.file_type`; its number where the name is not known. */
export function fileTypeName(type: number): string {
  return fileTypes.get(type) ?? `type ${type}`;
}
