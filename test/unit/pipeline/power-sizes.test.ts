import { describe, expect, it } from "vitest";
import {
  discordanceAt,
  discordanceWithDrop,
  harmFactor,
  stretched,
  unitsForHarm,
  unitsForSafety,
  visibleDrop,
} from "../../../src/pipeline/power-sizes.ts";
import { minimumDetectableEffectPairedBinary } from "../../../src/stats/index.ts";

const rates = { alpha: 0.05, power: 0.8 };
const change = (share: number) => ({ share, isNoise: false });
const noise = (share: number) => ({ share, isNoise: true });

describe("cases to prove harm", () => {
  // Connor 1987, n = ⌈(z_α√ψ + z_β√(ψ − D²))²/D²⌉ at 80 % and one-sided α = .05, tabled for this project by drop D and discordance ψ.
  it.each([
    [0.02, 0.05, 771],
    [0.02, 0.1, 1544],
    [0.02, 0.2, 3090],
    [0.03, 0.05, 342],
    [0.03, 0.1, 685],
    [0.03, 0.2, 1372],
    [0.05, 0.1, 246],
    [0.05, 0.2, 493],
    [0.1, 0.2, 122],
  ])("at a drop of %f and a discordance of %f are %i", (drop, share, cases) => {
    expect(unitsForHarm(change(share), 1, drop, rates)).toBe(cases);
    // Non-inferiority at a margin of that size needs two more in every cell of the table, of which 10 points at ψ = .20 is 124.
    expect(unitsForSafety(change(share), 1, drop, rates)).toBe(cases + 2);
  });

  it("never assume that fewer cases differ than drop", () => {
    expect(discordanceWithDrop(change(0.1), 1, 0.3)).toBe(0.3);
    // ψ = D: ((1.6449 + .8416·√.7)/√.3)² = 5.5152/.3 = 18.38
    expect(unitsForHarm(change(0.1), 1, 0.3, rates)).toBe(19);
  });

  it("count a drop on top of noise, which repetitions average away", () => {
    expect(discordanceWithDrop(noise(0.1), 1, 0.05)).toBeCloseTo(0.15, 12);
    expect(discordanceWithDrop(noise(0.1), 5, 0.05)).toBeCloseTo(0.07, 12);
    expect(discordanceWithDrop(noise(0.8), 1, 0.5)).toBe(1);
    // ψ = .15: 368.9; ψ = .07: (1.6449·.264575 + .8416·.259808)²/.0025 = 171.006
    expect(unitsForHarm(noise(0.1), 1, 0.05, rates)).toBe(369);
    expect(unitsForHarm(noise(0.1), 5, 0.05, rates)).toBe(172);
  });
});

describe("cases to prove safety", () => {
  it("are never fewer than the margin needs without any difference: ⌈z²(1 − m)/m⌉", () => {
    // The anchors for α = .05: 2 points 133, 3 points 88, 5 points 52, 10 points 25.
    for (const [margin, cases] of [
      [0.02, 133],
      [0.03, 88],
      [0.05, 52],
      [0.1, 25],
    ] as const) {
      expect(unitsForSafety(noise(0.001), 1, margin, rates)).toBe(cases);
      expect(unitsForSafety(noise(0.1), 1000, margin, rates)).toBe(cases);
    }
  });

  it("fall with repetitions where noise was measured, and only there", () => {
    // 6.1826·.1/.0025 = 247.3; a third of it is 82.4.
    expect(unitsForSafety(noise(0.1), 3, 0.05, rates)).toBe(83);
    expect(unitsForSafety(change(0.1), 3, 0.05, rates)).toBe(248);
    expect(discordanceAt(change(0.1), 3)).toBe(0.1);
    expect(discordanceAt(noise(0.1), 4)).toBe(0.025);
  });
});

describe("the smallest visible drop", () => {
  it.each([
    [100, 0.1],
    [246, 0.1],
    [1000, 0.2],
  ])("of %i cases at a discordance of %f is the closed form's", (units, share) => {
    const closed = minimumDetectableEffectPairedBinary({ n: units, discordance: share, ...rates })!;
    expect(visibleDrop(change(share), 1, units, rates)).toBeCloseTo(closed, 9);
  });

  it("is what the number of cases was planned for", () => {
    const units = unitsForHarm(noise(0.1), 3, 0.05, rates);
    const drop = visibleDrop(noise(0.1), 3, units, rates)!;
    expect(drop).toBeLessThanOrEqual(0.05);
    expect(drop).toBeGreaterThan(0.0495);
  });

  it("does not exist where so few cases do not show that every case breaks: z_α² = 2.7 of them", () => {
    expect(visibleDrop(change(0.1), 1, 2, rates)).toBeNull();
    expect(visibleDrop(change(0.1), 1, 3, rates)).not.toBeNull();
    expect(visibleDrop(change(0.1), 1, 0, rates)).toBeNull();
  });
});

describe("what stretches the cases", () => {
  it("is the size of the clusters", () => {
    expect(stretched(246, 1)).toBe(246);
    expect(stretched(246, 1.5)).toBe(369);
    expect(stretched(3, 10 / 3)).toBe(10);
    expect(stretched(25, 1.01)).toBe(26);
  });

  it("is, for harm, the correction over the criteria: ((z_{α/m} + z_β)/(z_α + z_β))²", () => {
    expect(harmFactor(0, rates)).toBe(1);
    expect(harmFactor(1, rates)).toBe(1);
    // z_.025 = 1.959964, z_.05 = 1.644854, z_.2 = .841621
    expect(harmFactor(2, rates)).toBeCloseTo((2.801585 / 2.486475) ** 2, 5);
  });
});
