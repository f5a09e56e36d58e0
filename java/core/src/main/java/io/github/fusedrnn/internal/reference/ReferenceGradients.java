package io.github.fusedrnn.internal.reference;

/**
 * Gradients of everything that went into a forward call, each shaped as its value; zero in padding, and exactly zero for parameters that
 * the variant does not use. The arrays are the caller's.
 *
 * @param dx gradient of x
 * @param dh0 gradient of the initial h {@code [L*D, N, S]}, also where the call had none
 * @param dc0 gradient of the initial c {@code [L*D, N, H]}, empty for a cell without
 * @param dweights gradient of the weights, in the canonical layout
 */
public record ReferenceGradients(double[] dx, double[] dh0, double[] dc0, double[] dweights) {}
