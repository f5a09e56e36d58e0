package io.github.fusedrnn.formats.layout;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.internal.checks.Checks;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * How a framework lays out the weights of one layer and direction, and the way from there to the canonical layout and back. The rows are
 * {@link #all()}; nothing else in this library knows a foreign gate order. Immutable, free to share.
 *
 * <p>Canonical is PyTorch's: matrices {@code [G*H, in]}, gates i f g o (LSTM) and r z n (GRU), bias_ih and bias_hh, peepholes i f o. All
 * numbers are moved, none is rounded, with one exception that {@link #biasFromCanonical} names.
 *
 * @param framework whose layout
 * @param cell of which cell
 * @param reset GRU: where the reset gate acts; {@link ResetPlacement#AFTER} for other cells
 * @param gates the order of the gates, by their canonical names
 * @param orientation of both matrices
 * @param bias what there is of biases
 * @param forgetBias LSTM: whether a constant is added to f when the cell runs, and is not in the stored bias
 * @param peepholes LSTM: the order of the peepholes, by the gates' canonical names; empty without peepholes
 */
public record LayerLayout(
        Framework framework,
        CellKind cell,
        ResetPlacement reset,
        List<String> gates,
        Orientation orientation,
        BiasForm bias,
        boolean forgetBias,
        List<String> peepholes) {

    private static final List<String> CANONICAL_PEEPHOLES = List.of("i", "f", "o");
    private static final ResetPlacement AFTER = ResetPlacement.AFTER;
    private static final ResetPlacement BEFORE = ResetPlacement.BEFORE;
    private static final Orientation ROWS = Orientation.GATES_BY_INPUT;
    private static final Orientation COLUMNS = Orientation.INPUT_BY_GATES;

    /** The table. A row without a GRU's reset placement holds for both. */
    private static final List<LayerLayout> TABLE = List.of(
            row(Framework.PYTORCH, CellKind.RNN, AFTER, "h", ROWS, BiasForm.TWO, false, ""),
            row(Framework.PYTORCH, CellKind.LSTM, AFTER, "i f g o", ROWS, BiasForm.TWO, false, "i f o"),
            row(Framework.PYTORCH, CellKind.GRU, AFTER, "r z n", ROWS, BiasForm.TWO, false, ""),
            row(Framework.KERAS, CellKind.RNN, AFTER, "h", COLUMNS, BiasForm.ONE, false, ""),
            row(Framework.KERAS, CellKind.LSTM, AFTER, "i f g o", COLUMNS, BiasForm.ONE, false, ""),
            row(Framework.KERAS, CellKind.GRU, AFTER, "z r n", COLUMNS, BiasForm.TWO, false, ""),
            row(Framework.KERAS, CellKind.GRU, BEFORE, "z r n", COLUMNS, BiasForm.ONE, false, ""),
            row(Framework.ONNX, CellKind.RNN, AFTER, "h", ROWS, BiasForm.TWO, false, ""),
            row(Framework.ONNX, CellKind.LSTM, AFTER, "i o f g", ROWS, BiasForm.TWO, false, "i o f"),
            row(Framework.ONNX, CellKind.GRU, AFTER, "z r n", ROWS, BiasForm.TWO, false, ""),
            row(Framework.ONNX, CellKind.GRU, BEFORE, "z r n", ROWS, BiasForm.TWO, false, ""),
            row(Framework.CUDNN, CellKind.RNN, AFTER, "h", ROWS, BiasForm.TWO, false, ""),
            row(Framework.CUDNN, CellKind.LSTM, AFTER, "i f g o", ROWS, BiasForm.TWO, false, ""),
            row(Framework.CUDNN, CellKind.GRU, AFTER, "r z n", ROWS, BiasForm.TWO, false, ""),
            row(Framework.ONEDNN, CellKind.RNN, AFTER, "h", COLUMNS, BiasForm.ONE, false, ""),
            row(Framework.ONEDNN, CellKind.LSTM, AFTER, "i f g o", COLUMNS, BiasForm.ONE, false, "i f o"),
            row(Framework.ONEDNN, CellKind.GRU, AFTER, "z r n", COLUMNS, BiasForm.ONE_AND_CANDIDATE, false, ""),
            row(Framework.ONEDNN, CellKind.GRU, BEFORE, "z r n", COLUMNS, BiasForm.ONE, false, ""),
            row(Framework.MXNET, CellKind.RNN, AFTER, "h", ROWS, BiasForm.TWO, false, ""),
            row(Framework.MXNET, CellKind.LSTM, AFTER, "i f g o", ROWS, BiasForm.TWO, false, ""),
            row(Framework.MXNET, CellKind.GRU, AFTER, "r z n", ROWS, BiasForm.TWO, false, ""),
            row(Framework.TF1, CellKind.LSTM, AFTER, "i g f o", COLUMNS, BiasForm.ONE, true, "i f o"),
            row(Framework.TF1, CellKind.GRU, BEFORE, "r z n", COLUMNS, BiasForm.ONE, false, ""),
            row(Framework.TF_BLOCK_V2, CellKind.LSTM, AFTER, "i f g o", COLUMNS, BiasForm.ONE, false, "i f o"),
            row(Framework.DEEPLEARNING4J, CellKind.LSTM, AFTER, "g f o i", COLUMNS, BiasForm.ONE, false, "f o i"),
            row(Framework.DJL, CellKind.RNN, AFTER, "h", ROWS, BiasForm.TWO, false, ""),
            row(Framework.DJL, CellKind.LSTM, AFTER, "i f g o", ROWS, BiasForm.TWO, false, ""),
            row(Framework.DJL, CellKind.GRU, AFTER, "r z n", ROWS, BiasForm.TWO, false, ""),
            row(Framework.HASTE, CellKind.LSTM, AFTER, "i g f o", COLUMNS, BiasForm.ONE, true, ""));

    /**
     * The two canonical bias vectors.
     *
     * @param input bias_ih, {@code [G*H]}
     * @param recurrent bias_hh, {@code [G*H]}
     */
    public record Biases(float[] input, float[] recurrent) {}

    /** Refuses an order that does not name each gate once. */
    public LayerLayout {
        gates = List.copyOf(gates);
        peepholes = List.copyOf(peepholes);
        if (gates.size() != cell.gateCount() || !gates.containsAll(cell.gates())) {
            throw Checks.wrong("gates", gates, "each of " + cell.gates() + " once");
        }
        if (!peepholes.isEmpty() && (peepholes.size() != 3 || !peepholes.containsAll(CANONICAL_PEEPHOLES))) {
            throw Checks.wrong("peepholes", peepholes, "each of " + CANONICAL_PEEPHOLES + " once, or none");
        }
    }

    private static LayerLayout row(
            Framework framework,
            CellKind cell,
            ResetPlacement reset,
            String gates,
            Orientation orientation,
            BiasForm bias,
            boolean forgetBias,
            String peepholes) {
        return new LayerLayout(
                framework,
                cell,
                reset,
                List.of(gates.split(" ")),
                orientation,
                bias,
                forgetBias,
                peepholes.isEmpty() ? List.of() : List.of(peepholes.split(" ")));
    }

    /** Every layout that is known. */
    public static List<LayerLayout> all() {
        return TABLE;
    }

    /**
     * The layout of a cell.
     *
     * @param framework whose layout it is
     * @param cell the cell; a GRU has its reset after the product
     * @throws IllegalArgumentException if that framework has no such cell
     */
    public static LayerLayout of(Framework framework, CellKind cell) {
        return of(framework, cell, AFTER);
    }

    /**
     * The layout of a cell.
     *
     * @param framework whose layout it is
     * @param cell the cell
     * @param reset GRU: where the reset gate acts
     * @throws IllegalArgumentException if that framework has no such cell
     */
    public static LayerLayout of(Framework framework, CellKind cell, ResetPlacement reset) {
        return TABLE.stream()
                .filter(row -> row.framework == framework && row.cell == cell && row.reset == reset)
                .findAny()
                .orElseThrow(() -> Checks.wrong(
                        "layout",
                        framework + " " + cell + (cell == CellKind.GRU ? ", reset " + reset : ""),
                        "one of " + TABLE.stream().map(LayerLayout::label).toList()));
    }

    private String label() {
        return framework + " " + cell + (cell == CellKind.GRU ? " " + reset : "");
    }

    /**
     * A weight matrix in canonical layout.
     *
     * @param name for messages
     * @param values in this layout, row-major; not changed
     * @param hidden H
     * @param columns width of what the matrix multiplies
     * @return {@code [G*H, columns]}, a fresh array
     * @throws IllegalArgumentException if there are not {@code G*H*columns} values
     */
    public float[] matrixToCanonical(String name, float[] values, int hidden, int columns) {
        return move(
                requireSize(name, values, gates.size(), hidden, columns),
                orders(gates, cell.gates()),
                hidden,
                columns,
                true);
    }

    /**
     * A weight matrix in this layout: the inverse of {@link #matrixToCanonical}.
     *
     * @param name for messages
     * @param values canonical, {@code [G*H, columns]}; not changed
     * @param hidden H
     * @param columns width of what the matrix multiplies
     * @return a fresh array, row-major
     * @throws IllegalArgumentException if there are not {@code G*H*columns} values
     */
    public float[] matrixFromCanonical(String name, float[] values, int hidden, int columns) {
        return move(
                requireSize(name, values, gates.size(), hidden, columns),
                orders(gates, cell.gates()),
                hidden,
                columns,
                false);
    }

    /**
     * The peephole weights in canonical layout.
     *
     * @param values in this layout, {@code [3*H]}; not changed
     * @param hidden H
     * @return {@code [3*H]} in the order i, f, o
     * @throws IllegalArgumentException if this layout has no peepholes, or there are not {@code 3*H} values
     */
    public float[] peepholesToCanonical(float[] values, int hidden) {
        return blocks(requireSize("peepholes", values, 3, hidden, 1), peepholeOrder(), hidden, true);
    }

    /**
     * The peephole weights in this layout: the inverse of {@link #peepholesToCanonical}.
     *
     * @param values canonical, {@code [3*H]}; not changed
     * @param hidden H
     * @return {@code [3*H]}
     * @throws IllegalArgumentException if this layout has no peepholes, or there are not {@code 3*H} values
     */
    public float[] peepholesFromCanonical(float[] values, int hidden) {
        return blocks(requireSize("peepholes", values, 3, hidden, 1), peepholeOrder(), hidden, false);
    }

    /**
     * The two canonical bias vectors. One bias becomes bias_ih, with bias_hh zero; a forget bias that the framework adds when it runs
     * becomes f's rows of bias_hh, so that the stored numbers stay what they are.
     *
     * @param values in this layout; not changed
     * @param hidden H
     * @param forget the constant that is added to f, 0 where the layout has none
     * @return fresh arrays
     * @throws IllegalArgumentException if the number of values is not this layout's, or {@code forget} is given where it has no meaning
     */
    public Biases biasToCanonical(float[] values, int hidden, float forget) {
        requireForget(forget);
        int blocks =
                switch (bias) {
                    case TWO -> 2 * gates.size();
                    case ONE -> gates.size();
                    case ONE_AND_CANDIDATE -> gates.size() + 1;
                };
        requireSize("bias", values, blocks, hidden, 1);
        int rows = gates.size() * hidden;
        int[] order = orders(gates, cell.gates());
        float[] recurrent = new float[rows];
        if (bias == BiasForm.TWO) {
            recurrent = blocks(Arrays.copyOfRange(values, rows, 2 * rows), order, hidden, true);
        } else if (bias == BiasForm.ONE_AND_CANDIDATE) {
            System.arraycopy(values, rows, recurrent, candidate() * hidden, hidden);
        }
        float[] input = blocks(Arrays.copyOf(values, rows), order, hidden, true);
        if (forgetBias) {
            int f = cell.gates().indexOf("f") * hidden;
            Arrays.fill(recurrent, f, f + hidden, forget);
        }
        return new Biases(input, recurrent);
    }

    /**
     * The bias in this layout. Where it keeps one vector of two, they are added, the only place where a number is rounded; a sum with
     * zero, or with the forget bias itself, is not.
     *
     * @param biases canonical; not changed
     * @param hidden H
     * @param forget the constant that the framework will add to f, 0 where the layout has none
     * @return a fresh array
     * @throws IllegalArgumentException if the sizes are wrong, or {@code forget} is given where it has no meaning
     */
    public float[] biasFromCanonical(Biases biases, int hidden, float forget) {
        requireForget(forget);
        int rows = gates.size() * hidden;
        requireSize("bias_ih", biases.input(), gates.size(), hidden, 1);
        requireSize("bias_hh", biases.recurrent(), gates.size(), hidden, 1);
        int[] order = orders(gates, cell.gates());
        if (bias == BiasForm.TWO) {
            float[] both = Arrays.copyOf(blocks(biases.input(), order, hidden, false), 2 * rows);
            System.arraycopy(blocks(biases.recurrent(), order, hidden, false), 0, both, rows, rows);
            return both;
        }
        boolean apart = bias == BiasForm.ONE_AND_CANDIDATE;
        float[] sum = new float[rows];
        for (int g = 0; g < gates.size(); g++) {
            float stored = forgetBias && cell.gates().get(g).equals("f") ? forget : 0;
            for (int i = g * hidden; i < (g + 1) * hidden; i++) {
                float extra = apart && g == candidate() ? stored : biases.recurrent()[i];
                sum[i] = extra == stored ? biases.input()[i] : biases.input()[i] + extra - stored;
            }
        }
        float[] one = blocks(sum, order, hidden, false);
        if (apart) {
            one = Arrays.copyOf(one, rows + hidden);
            System.arraycopy(biases.recurrent(), candidate() * hidden, one, rows, hidden);
        }
        return one;
    }

    private int candidate() {
        return cell.gates().indexOf("n");
    }

    private int[] peepholeOrder() {
        if (peepholes.isEmpty()) {
            throw Checks.wrong("peepholes", "given", "none, " + label() + " has none");
        }
        return orders(peepholes, CANONICAL_PEEPHOLES);
    }

    private void requireForget(float forget) {
        if (forgetBias ? !Float.isFinite(forget) : forget != 0) {
            throw Checks.wrong("forget", forget, (forgetBias ? "a finite number" : "0, " + label() + " adds none"));
        }
    }

    /** For each canonical block, where {@code order} has it. */
    private static int[] orders(List<String> order, List<String> canonical) {
        return canonical.stream().mapToInt(order::indexOf).toArray();
    }

    private static float[] requireSize(String name, float[] values, int blocks, int hidden, int columns) {
        Objects.requireNonNull(values, name);
        if (hidden < 1 || columns < 1) {
            throw Checks.wrong(name, "H = " + hidden + ", width = " + columns, "at least 1");
        }
        // Three ints below 2^31 could overflow a long.
        long rows = (long) blocks * hidden;
        if (rows > Integer.MAX_VALUE || rows * columns != values.length) {
            throw Checks.wrong(name, values.length + " elements", blocks + " * " + hidden + " * " + columns);
        }
        return values;
    }

    private float[] move(float[] values, int[] order, int hidden, int columns, boolean toCanonical) {
        if (orientation == Orientation.GATES_BY_INPUT) {
            return blocks(values, order, hidden * columns, toCanonical);
        }
        int rows = order.length * hidden;
        float[] moved = new float[values.length];
        for (int g = 0; g < order.length; g++) {
            for (int j = 0; j < hidden; j++) {
                int canonical = (g * hidden + j) * columns;
                int foreign = order[g] * hidden + j;
                for (int k = 0; k < columns; k++) {
                    if (toCanonical) {
                        moved[canonical + k] = values[k * rows + foreign];
                    } else {
                        moved[k * rows + foreign] = values[canonical + k];
                    }
                }
            }
        }
        return moved;
    }

    private static float[] blocks(float[] values, int[] order, int size, boolean toCanonical) {
        float[] moved = new float[values.length];
        for (int g = 0; g < order.length; g++) {
            int foreign = order[g] * size;
            int canonical = g * size;
            System.arraycopy(values, toCanonical ? foreign : canonical, moved, toCanonical ? canonical : foreign, size);
        }
        return moved;
    }
}
