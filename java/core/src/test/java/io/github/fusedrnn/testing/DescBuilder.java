package io.github.fusedrnn.testing;

import io.github.fusedrnn.Activation;
import io.github.fusedrnn.CellKind;
import io.github.fusedrnn.Direction;
import io.github.fusedrnn.Merge;
import io.github.fusedrnn.ResetPlacement;
import io.github.fusedrnn.spi.RecurrentDesc;
import java.util.ArrayList;
import java.util.List;

/** Descriptions with everything at its default but what a test names. Mutable. */
public final class DescBuilder {
    private final CellKind cell;
    private int inputSize = 5;
    private int hiddenSize = 7;
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
    private boolean coupled;
    private ResetPlacement reset = ResetPlacement.AFTER;
    private List<Activation> activations = List.of();

    private DescBuilder(CellKind cell) {
        this.cell = cell;
    }

    public static DescBuilder rnn() {
        return new DescBuilder(CellKind.RNN);
    }

    public static DescBuilder lstm() {
        return new DescBuilder(CellKind.LSTM);
    }

    public static DescBuilder gru() {
        return new DescBuilder(CellKind.GRU);
    }

    public static DescBuilder of(CellKind cell) {
        return new DescBuilder(cell);
    }

    public DescBuilder sizes(int input, int hidden) {
        inputSize = input;
        hiddenSize = hidden;
        return this;
    }

    public DescBuilder projection(int size) {
        projectionSize = size;
        return this;
    }

    public DescBuilder layers(int count) {
        layers = count;
        return this;
    }

    public DescBuilder direction(Direction value) {
        direction = value;
        return this;
    }

    public DescBuilder bidirectional() {
        return direction(Direction.BIDIRECTIONAL);
    }

    public DescBuilder sum() {
        merge = Merge.SUM;
        return bidirectional();
    }

    public DescBuilder bias(boolean value) {
        bias = value;
        return this;
    }

    public DescBuilder batchMajor(boolean value) {
        batchMajor = value;
        return this;
    }

    public DescBuilder dropout(float p) {
        dropout = p;
        return this;
    }

    public DescBuilder cellClip(float bound) {
        cellClip = bound;
        return this;
    }

    public DescBuilder gateClip(float bound) {
        gateClip = bound;
        return this;
    }

    public DescBuilder peepholes() {
        peepholes = true;
        return this;
    }

    public DescBuilder coupled() {
        coupled = true;
        return this;
    }

    public DescBuilder reset(ResetPlacement placement) {
        reset = placement;
        return this;
    }

    /** One function per direction and slot; one direction's list serves both. */
    public DescBuilder activations(Activation... functions) {
        activations = List.of(functions);
        return this;
    }

    public RecurrentDesc build() {
        List<Activation> all = new ArrayList<>(activations.isEmpty() ? defaults(cell) : activations);
        if (direction == Direction.BIDIRECTIONAL
                && all.size() == cell.activationSlots().size()) {
            all.addAll(List.copyOf(all));
        }
        return new RecurrentDesc(
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
                coupled,
                reset,
                all);
    }

    /** The functions of the papers, in slot order. */
    public static List<Activation> defaults(CellKind cell) {
        return switch (cell) {
            case RNN -> List.of(Activation.TANH);
            case GRU -> List.of(Activation.SIGMOID, Activation.TANH);
            case LSTM -> List.of(Activation.SIGMOID, Activation.TANH, Activation.TANH);
        };
    }
}
