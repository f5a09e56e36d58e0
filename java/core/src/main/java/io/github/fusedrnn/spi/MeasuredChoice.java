package io.github.fusedrnn.spi;

import java.util.Locale;

/**
 * A choice that a measurement found best for one plan.
 *
 * @param choice the backend's text for it
 * @param nanos of a call with it
 * @param ruleNanos of a call with the choice by rule, in the same measurement
 * @param source where it comes from, for people
 */
public record MeasuredChoice(String choice, double nanos, double ruleNanos, String source) {
    /** Source, time of a call, and the margin over the rule's choice where there is one. */
    public String describe() {
        return nanos >= ruleNanos
                ? String.format(Locale.ROOT, "%s: %.2f us a call", source, nanos / 1000)
                : String.format(
                        Locale.ROOT,
                        "%s: %.2f us a call, by rule %.2f us (%.0f%% less)",
                        source,
                        nanos / 1000,
                        ruleNanos / 1000,
                        100 * (1 - nanos / ruleNanos));
    }
}
