package io.github.fusedrnn.config;

import io.github.fusedrnn.internal.checks.Checks;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a recurrent layer computes, without weights or backend: the one description that builders fill, files store and backends read. Immutable,
 * free to share; equal if every field is.
 *
 * <p>Letters: T time steps, N batch, C input size, H hidden size, P projection size, L layers, D directions, G gates.
 *
 * <pre>{@code
 * RecurrentConfig config = RecurrentConfig.lstm(64, 128).layers(2).bidirectional().build();
 * }</pre>
 */
public final class RecurrentConfig {
    private static final int MAX_LAYERS = 65_536;

    private final CellKind cell;
    private final int inputSize;
    private final int hiddenSize;
    private final int projectionSize;
    private final int layers;
    private final Direction direction;
    private final Merge merge;
    private final boolean bias;
    private final boolean batchMajor;
    private final float dropout;
    private final float cellClip;
    private final float gateClip;
    private final boolean peepholes;
    private final boolean coupledInputForget;
    private final ResetPlacement reset;
    private final List<Activation> activations;
    // Derived once: every call of a layer asks for them.
    private final int stateSize;
    private final int outputSize;
    private final int stateLayers;

    private RecurrentConfig(Builder from) {
        this.cell = from.cell;
        this.inputSize = from.inputSize;
        this.hiddenSize = from.hiddenSize;
        this.projectionSize = from.projectionSize;
        this.layers = from.layers;
        this.direction = from.direction;
        this.merge = from.merge;
        this.bias = from.bias;
        this.batchMajor = from.batchMajor;
        this.dropout = from.dropout;
        this.cellClip = from.cellClip;
        this.gateClip = from.gateClip;
        this.peepholes = from.peepholes;
        this.coupledInputForget = from.coupledInputForget;
        this.reset = from.reset;
        this.activations = from.allActivations();
        this.stateSize = projectionSize > 0 ? projectionSize : hiddenSize;
        this.outputSize = merge == Merge.SUM ? stateSize : direction.count() * stateSize;
        this.stateLayers = layers * direction.count();
        checkSizes();
        checkActivations();
        checkFeaturesOfTheCell();
    }

    private void checkSizes() {
        Checks.positive("inputSize", inputSize);
        Checks.positive("hiddenSize", hiddenSize);
        Checks.range("layers", layers, MAX_LAYERS);
        Checks.argument(dropout >= 0 && dropout < 1, "dropout", dropout, "0 <= dropout < 1");
        Checks.argument(
                cellClip >= 0 && Float.isFinite(cellClip), "cellClip", cellClip, "a finite number >= 0, 0 = none");
        Checks.argument(
                gateClip >= 0 && Float.isFinite(gateClip), "gateClip", gateClip, "a finite number >= 0, 0 = none");
        if (projectionSize < 0 || projectionSize >= hiddenSize) {
            throw Checks.wrong(
                    "projectionSize", projectionSize, "0 (none) or 1 <= projectionSize < hiddenSize = " + hiddenSize);
        }
        Checks.argument(
                merge == Merge.CONCAT || direction == Direction.BIDIRECTIONAL,
                "merge",
                merge,
                "CONCAT unless bidirectional");
        Checks.argument(
                merge == Merge.SUM || direction.count() * (long) stateSize <= Integer.MAX_VALUE,
                "hiddenSize",
                hiddenSize,
                "a width of the output, D times it, below 2^31");
    }

    private void checkActivations() {
        int slots = direction.count() * cell.activationSlots().size();
        if (activations.size() != slots) {
            throw Checks.wrong(
                    "activations",
                    activations.size() + " functions",
                    slots + ": " + direction.count() + " direction(s) of " + cell.activationSlots());
        }
    }

    private void checkFeaturesOfTheCell() {
        if (cell != CellKind.LSTM) {
            if (projectionSize != 0) {
                throw Checks.wrong("projectionSize", projectionSize, "0: only LSTM has a projection, not " + cell);
            }
            if (cellClip != 0) {
                throw Checks.wrong("cellClip", cellClip, "0: only LSTM has a cell state, not " + cell);
            }
            if (peepholes) {
                throw Checks.wrong("peepholes", true, "false: only LSTM has a cell state, not " + cell);
            }
            if (coupledInputForget) {
                throw Checks.wrong(
                        "coupledInputForget", true, "false: only LSTM has an input and a forget gate, not " + cell);
            }
        }
        if (cell != CellKind.GRU && reset != ResetPlacement.AFTER) {
            throw Checks.wrong("reset", reset, "AFTER for a " + cell + ", which has no reset gate");
        }
    }

    /** A builder for {@code cell} with input width C and H units; everything else has its default. */
    public static Builder builder(CellKind cell, int inputSize, int hiddenSize) {
        return new Builder(cell, inputSize, hiddenSize);
    }

    /** A builder for an RNN (Elman's network) with input width C and H units. */
    public static Builder rnn(int inputSize, int hiddenSize) {
        return builder(CellKind.RNN, inputSize, hiddenSize);
    }

    /** A builder for an LSTM with input width C and H units. */
    public static Builder lstm(int inputSize, int hiddenSize) {
        return builder(CellKind.LSTM, inputSize, hiddenSize);
    }

    /** A builder for a GRU with input width C and H units. */
    public static Builder gru(int inputSize, int hiddenSize) {
        return builder(CellKind.GRU, inputSize, hiddenSize);
    }

    /** A builder with every field set as it is here. */
    public Builder toBuilder() {
        Builder copy = new Builder(cell, inputSize, hiddenSize);
        copy.projectionSize = projectionSize;
        copy.layers = layers;
        copy.direction = direction;
        copy.merge = merge;
        copy.bias = bias;
        copy.batchMajor = batchMajor;
        copy.dropout = dropout;
        copy.cellClip = cellClip;
        copy.gateClip = gateClip;
        copy.peepholes = peepholes;
        copy.coupledInputForget = coupledInputForget;
        copy.reset = reset;
        int slots = cell.activationSlots().size();
        copy.activations = activations.subList(0, slots);
        List<Activation> reverse = activations.subList(slots, activations.size());
        copy.reverseActivations = reverse.equals(copy.activations) ? List.of() : reverse;
        return copy;
    }

    /** The cell. */
    public CellKind cell() {
        return cell;
    }

    /** C: width of the input. */
    public int inputSize() {
        return inputSize;
    }

    /** H: units. */
    public int hiddenSize() {
        return hiddenSize;
    }

    /** P: width that h is projected to (LSTM); 0 = no projection. */
    public int projectionSize() {
        return projectionSize;
    }

    /** L: stacked layers. */
    public int layers() {
        return layers;
    }

    /** Reading order. */
    public Direction direction() {
        return direction;
    }

    /** How two directions become one output. */
    public Merge merge() {
        return merge;
    }

    /** Whether the cells have their two bias vectors. */
    public boolean bias() {
        return bias;
    }

    /** Whether sequences are {@code [N, T, ·]} instead of {@code [T, N, ·]}; states never are. */
    public boolean batchMajor() {
        return batchMajor;
    }

    /** Probability that an element of a layer's output is dropped before the next layer, in training only. */
    public float dropout() {
        return dropout;
    }

    /** Bound of |c| (LSTM), 0 = none. h uses the clipped c; the gradient is 0 where the bound acted. */
    public float cellClip() {
        return cellClip;
    }

    /** Bound of the absolute value that enters each gate's activation (ONNX {@code clip}); 0 = none. */
    public float gateClip() {
        return gateClip;
    }

    /** Whether i and f see c of the step before, and o the new c (LSTM). */
    public boolean peepholes() {
        return peepholes;
    }

    /** Whether f = 1 − i (LSTM); the rows of f stay in the weights, unused, with gradient zero. */
    public boolean coupledInputForget() {
        return coupledInputForget;
    }

    /** Where the reset gate acts (GRU); {@link ResetPlacement#AFTER} for other cells. */
    public ResetPlacement reset() {
        return reset;
    }

    /** One function per direction and slot: {@code [D][cell.activationSlots()]}. */
    public List<Activation> activations() {
        return activations;
    }

    /** G: gates of the cell. */
    public int gates() {
        return cell.gateCount();
    }

    /** D: directions. */
    public int directions() {
        return direction.count();
    }

    /** Width of h, what recurs and what a direction puts out: P with projection, else H. */
    public int stateSize() {
        return stateSize;
    }

    /** Width of every layer's merged output: {@code D*stateSize()}, or {@code stateSize()} with {@link Merge#SUM}. */
    public int outputSize() {
        return outputSize;
    }

    /** C_k: width of what layer {@code k} reads. */
    public int inputSize(int layer) {
        return layer == 0 ? inputSize : outputSize();
    }

    /** L*D: rows of the state tensors, in the order layer 0 forward, layer 0 reverse, layer 1 forward, … */
    public int stateLayers() {
        return stateLayers;
    }

    /** Whether there is a cell state c beside h. */
    public boolean hasCellState() {
        return cell == CellKind.LSTM;
    }

    /** Whether direction index {@code d} (0 or 1) reads time backwards. */
    public boolean isReverse(int d) {
        return direction == Direction.REVERSE || d == 1;
    }

    /** The activation of a slot of {@link CellKind#activationSlots()} in direction index {@code d}. */
    public Activation activation(int d, int slot) {
        return activations.get(d * cell.activationSlots().size() + slot);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecurrentConfig that
                && cell == that.cell
                && inputSize == that.inputSize
                && hiddenSize == that.hiddenSize
                && projectionSize == that.projectionSize
                && layers == that.layers
                && direction == that.direction
                && merge == that.merge
                && bias == that.bias
                && batchMajor == that.batchMajor
                && Float.compare(dropout, that.dropout) == 0
                && Float.compare(cellClip, that.cellClip) == 0
                && Float.compare(gateClip, that.gateClip) == 0
                && peepholes == that.peepholes
                && coupledInputForget == that.coupledInputForget
                && reset == that.reset
                && activations.equals(that.activations);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                cell,
                inputSize,
                hiddenSize,
                projectionSize,
                layers,
                direction,
                merge,
                bias,
                batchMajor,
                dropout,
                cellClip,
                gateClip,
                peepholes,
                coupledInputForget,
                reset,
                activations);
    }

    /** Cell and sizes, then what differs from the defaults, such as {@code LSTM C=64 H=128 layers=2 bidirectional}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(cell).append(" C=").append(inputSize).append(" H=").append(hiddenSize);
        add(text, projectionSize > 0, " P=" + projectionSize);
        add(text, layers > 1, " layers=" + layers);
        add(text, direction == Direction.REVERSE, " reverse");
        add(text, direction == Direction.BIDIRECTIONAL, merge == Merge.SUM ? " bidirectional(sum)" : " bidirectional");
        add(text, !bias, " no bias");
        add(text, batchMajor, " batch-major");
        add(text, dropout > 0, " dropout=" + dropout);
        add(text, cellClip > 0, " cellClip=" + cellClip);
        add(text, gateClip > 0, " gateClip=" + gateClip);
        add(text, peepholes, " peepholes");
        add(text, coupledInputForget, " coupled input/forget");
        add(text, reset != ResetPlacement.AFTER, " reset=" + reset);
        List<Activation> usual =
                new Builder(cell, inputSize, hiddenSize).direction(direction).allActivations();
        add(text, !activations.equals(usual), " activations=" + activations);
        return text.toString();
    }

    private static void add(StringBuilder text, boolean present, String part) {
        if (present) {
            text.append(part);
        }
    }

    /** Fills a {@link RecurrentConfig}. Values are checked, together, by {@link #build()}. Not thread-safe; may build several. */
    public static final class Builder {
        private final CellKind cell;
        private final int inputSize;
        private final int hiddenSize;
        private int projectionSize;
        private int layers = 1;
        private Direction direction = Direction.FORWARD;
        private Merge merge = Merge.CONCAT;
        private boolean bias = true;
        private boolean batchMajor;
        private float dropout;
        private float cellClip;
        private float gateClip;
        private boolean peepholes;
        private boolean coupledInputForget;
        private ResetPlacement reset = ResetPlacement.AFTER;
        private List<Activation> activations;
        private List<Activation> reverseActivations = List.of();

        private Builder(CellKind cell, int inputSize, int hiddenSize) {
            this.cell = Checks.notNull("cell", cell);
            this.inputSize = inputSize;
            this.hiddenSize = hiddenSize;
            this.activations = cell.defaultActivations();
        }

        /** P: projects h to this width, 1 ≤ P &lt; H (LSTM); 0 = no projection, default. */
        public Builder projection(int size) {
            this.projectionSize = size;
            return this;
        }

        /** L: stacks {@code count} layers, 1 to 65,536; default 1. */
        public Builder layers(int count) {
            this.layers = count;
            return this;
        }

        /** Reading order; default {@link Direction#FORWARD}. */
        public Builder direction(Direction order) {
            this.direction = Checks.notNull("direction", order);
            return this;
        }

        /** Reads the sequence in both directions, outputs side by side ({@link Merge#CONCAT}). */
        public Builder bidirectional() {
            return bidirectional(Merge.CONCAT);
        }

        /** Reads the sequence in both directions. */
        public Builder bidirectional(Merge how) {
            return direction(Direction.BIDIRECTIONAL).merge(how);
        }

        /** How two directions become one output; default {@link Merge#CONCAT}. */
        public Builder merge(Merge how) {
            this.merge = Checks.notNull("merge", how);
            return this;
        }

        /** Whether the cells have their two bias vectors; default true. */
        public Builder bias(boolean present) {
            this.bias = present;
            return this;
        }

        /** Sequences are {@code [N, T, ·]} (true) or {@code [T, N, ·]} (false, default). */
        public Builder batchMajor(boolean first) {
            this.batchMajor = first;
            return this;
        }

        /** Probability of dropout between layers, in training, 0 ≤ p &lt; 1; default 0. */
        public Builder dropout(float probability) {
            this.dropout = probability;
            return this;
        }

        /** Bounds |c| (LSTM); 0 = none, default. */
        public Builder cellClip(float bound) {
            this.cellClip = bound;
            return this;
        }

        /** Bounds the absolute value that enters each gate's activation (ONNX {@code clip}); 0 = none, default. */
        public Builder gateClip(float bound) {
            this.gateClip = bound;
            return this;
        }

        /** Lets i and f see the old c, and o the new one (LSTM; Gers &amp; Schmidhuber 2000); default false. */
        public Builder peepholes(boolean present) {
            this.peepholes = present;
            return this;
        }

        /** f = 1 − i (LSTM; Greff et al. 2017); default false. */
        public Builder coupledInputForget(boolean coupled) {
            this.coupledInputForget = coupled;
            return this;
        }

        /** Where the reset gate acts (GRU); default {@link ResetPlacement#AFTER}. */
        public Builder reset(ResetPlacement placement) {
            this.reset = Checks.notNull("reset", placement);
            return this;
        }

        /**
         * The activations of one direction in the order of {@link CellKind#activationSlots()}; they serve the reverse direction too, unless
         * {@link #reverseActivations} names others. Default: {@link CellKind#defaultActivations()}.
         */
        public Builder activations(Activation... functions) {
            return activations(List.of(functions));
        }

        /** As the other form; a list for both directions, {@code [D][slots]}, sets both. */
        public Builder activations(List<Activation> functions) {
            this.activations = List.copyOf(functions);
            this.reverseActivations = List.of();
            return this;
        }

        /** The activations of the reverse direction of a bidirectional layer, where they differ. */
        public Builder reverseActivations(Activation... functions) {
            this.reverseActivations = List.of(functions);
            return this;
        }

        private List<Activation> allActivations() {
            int slots = cell.activationSlots().size();
            List<Activation> all = new ArrayList<>(activations);
            if (direction != Direction.BIDIRECTIONAL) {
                Checks.argument(
                        reverseActivations.isEmpty(),
                        "reverseActivations",
                        reverseActivations,
                        "none unless bidirectional");
            } else if (!reverseActivations.isEmpty()) {
                all = new ArrayList<>(activations.subList(0, Math.min(slots, activations.size())));
                all.addAll(reverseActivations);
            } else if (activations.size() == slots) {
                all.addAll(activations);
            }
            return List.copyOf(all);
        }

        /**
         * The description.
         *
         * @throws IllegalArgumentException if a value, or a combination of values, is wrong; names it
         */
        public RecurrentConfig build() {
            return new RecurrentConfig(this);
        }
    }
}
