package io.github.fusedrnn.train;

/**
 * What a loss measured.
 *
 * @param value the loss as its {@link Reduction} gives it
 * @param sum the plain sum over everything that was counted
 * @param counted how much was counted: elements
 */
public record Loss(double value, double sum, long counted) {}
