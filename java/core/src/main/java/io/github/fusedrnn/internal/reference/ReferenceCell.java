package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.RecurrentConfig;

/** One cell with its weights: one row, one time step, forward; the step that it returns knows how to go backward. */
interface ReferenceCell {

    /**
     * One step forward.
     *
     * @param x input {@code [C_k]}
     * @param h state of the step before {@code [P or H]}
     * @param c cell state of the step before: {@code [H]}, or empty where the cell has none
     * @return the step; it keeps the three arrays, which nobody changes afterwards
     */
    Step forward(double[] x, double[] h, double[] c);

    /** What one step computed, kept for backward. */
    interface Step {
        /** The new state {@code [P or H]}; read only. */
        double[] h();

        /** The new cell state {@code [H]}, empty where the cell has none; read only. */
        double[] c();

        /**
         * The same step backward.
         *
         * @param dh gradient of the new state, everything that reaches it included
         * @param dc gradient of the new cell state
         * @param dweights canonical block of weight gradients, added to
         */
        StepGradient backward(double[] dh, double[] dc, double[] dweights);

        /** Appends, for everything in this step that has kinks, which smooth piece it lies on. */
        void pieces(Pieces out);
    }

    /** Gradients of what went into a step. */
    record StepGradient(double[] dx, double[] dh, double[] dc) {}

    /** The cell of one layer and direction. */
    static ReferenceCell of(RecurrentConfig config, CellWeights weights, int direction) {
        return switch (config.cell()) {
            case RNN -> new ReferenceRnnCell(config, weights, direction);
            case LSTM -> new ReferenceLstmCell(config, weights, direction);
            case GRU -> new ReferenceGruCell(config, weights, direction);
        };
    }
}
