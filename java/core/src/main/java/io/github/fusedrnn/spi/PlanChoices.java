package io.github.fusedrnn.spi;

import org.jspecify.annotations.Nullable;

/** What measurements have found for plans, by the {@link PlanKey} of the plan. Thread-safe. */
public interface PlanChoices {
    /** Nothing is known and nothing is measured: the rule decides. */
    PlanChoices RULE = new PlanChoices() {
        @Override
        public @Nullable MeasuredChoice find(String plan) {
            return null;
        }

        @Override
        public boolean measuring() {
            return false;
        }

        @Override
        public void keep(String plan, MeasuredChoice choice) {}
    };

    /** What is known about a plan; null if nothing. */
    @Nullable
    MeasuredChoice find(String plan);

    /** Whether a plan about which nothing is known shall be measured. */
    boolean measuring();

    /** Remembers what a measurement found, unless something is known already. */
    void keep(String plan, MeasuredChoice choice);
}
