package io.github.fusedrnn.train;

/**
 * What a classification loss measured.
 *
 * @param value the loss as its {@link Reduction} gives it
 * @param sum the plain sum over the counted rows, in nats
 * @param counted rows whose label is not the ignored one
 * @param correct counted rows whose largest logit is the label's
 */
public record ClassificationLoss(double value, double sum, long counted, long correct) {
    /** Share of the counted rows that are correct; NaN if none was counted. */
    public double accuracy() {
        return (double) correct / counted;
    }

    /** e to the mean loss in nats; NaN if no row was counted. */
    public double perplexity() {
        return Math.exp(sum / counted);
    }
}
