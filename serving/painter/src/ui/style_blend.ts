/** Styles: vectors whose typical values are normal draws. */

/** A style by chance. */
export function randomStyle(size: number, random: () => number = Math.random): Float32Array {
  // Box and Muller's transform: two even draws make a normal one.
  return Float32Array.from({ length: size }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  });
}

/**
 * A style between four: corners are left above, right above, left below, right below; x and y run
 * from 0 to 1. What lies between is as typical as the corners: the weighted sum of normal draws has
 * the variance of the weights' squares, and is divided by its root.
 */
export function blendStyles(corners: readonly Float32Array[], x: number, y: number): Float32Array {
  const weights = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
  const norm = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
  return corners[0]!.map((_, i) =>
    corners.reduce((sum, corner, c) => sum + (weights[c]! / norm) * corner[i]!, 0),
  );
}
