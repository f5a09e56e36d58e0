package io.github.fusedrnn.config;

import java.util.List;

/**
 * The three recurrent cells, and the one place in Java that knows the order of their gates.
 *
 * <p>Inside every weight matrix the rows of gate {@code g} are {@code [g*H, (g+1)*H)}, in the order of {@link #gates()}.
 */
public enum CellKind {
    /** Elman's network: h' = f(W_ih x + b_ih + W_hh h + b_hh). Elman 1990. */
    RNN(List.of("h"), List.of("f")),
    /**
     * i,f,o = σ(·), g = tanh(·), c' = f∘c + i∘g, h' = o∘tanh(c'). Hochreiter &amp; Schmidhuber 1997 with the forget gate of
     * Gers et al. 2000.
     */
    LSTM(List.of("i", "f", "g", "o"), List.of("f", "g", "h")),
    /** r,z = σ(·), n = tanh(·), h' = (1−z)∘n + z∘h. Cho et al. 2014. */
    GRU(List.of("r", "z", "n"), List.of("f", "g"));

    private final List<String> gates;
    private final List<String> activationSlots;

    CellKind(List<String> gates, List<String> activationSlots) {
        this.gates = gates;
        this.activationSlots = activationSlots;
    }

    /** Gate names in canonical order. */
    public List<String> gates() {
        return gates;
    }

    /** G: the number of gates. */
    public int gateCount() {
        return gates.size();
    }

    /** The activations of the cell's paper, one for each slot: tanh, but sigmoid for f of GRU and LSTM. */
    public List<Activation> defaultActivations() {
        return switch (this) {
            case RNN -> List.of(Activation.TANH);
            case GRU -> List.of(Activation.SIGMOID, Activation.TANH);
            case LSTM -> List.of(Activation.SIGMOID, Activation.TANH, Activation.TANH);
        };
    }

    /**
     * The activation slots of one direction, with ONNX's names: RNN f; GRU f (r and z), g (n); LSTM f (i, f and o), g (the
     * candidate), h (the cell's output).
     */
    public List<String> activationSlots() {
        return activationSlots;
    }
}
