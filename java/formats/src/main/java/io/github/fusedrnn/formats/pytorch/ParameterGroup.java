package io.github.fusedrnn.formats.pytorch;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.formats.ImportReport;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.weights.ParameterSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters behind one prefix, and the layer that their shapes tell of. */
final class ParameterGroup {
    private final String prefix;
    private final boolean cell;
    private final Map<String, String> names = new LinkedHashMap<>();

    /** @param cell whether the names are those of a cell, without layer */
    ParameterGroup(String prefix, boolean cell) {
        this.prefix = prefix;
        this.cell = cell;
    }

    void add(String canonical, String name) {
        names.put(canonical, name);
    }

    String prefix() {
        return prefix;
    }

    /** The file's name of each parameter, by canonical name. */
    Map<String, String> names() {
        return names;
    }

    /** The file's name of a parameter that the file has. */
    String name(ParameterSpec spec) {
        String name = names.get(spec.name());
        if (name == null) {
            throw Checks.wrong(spec.name(), "missing", spec.shape());
        }
        return name;
    }

    /**
     * The layer.
     *
     * @throws IllegalArgumentException if there is no layer with such shapes
     */
    RecurrentConfig infer(Map<String, List<Long>> shapes, ImportReport.Builder report) {
        List<Long> input = matrix(shapes, "weight_ih_l0");
        List<Long> recurrent = matrix(shapes, "weight_hh_l0");
        boolean projected = shapes.containsKey("weight_hr_l0");
        long projection = projected ? matrix(shapes, "weight_hr_l0").get(0) : 0;
        long hidden = projected ? matrix(shapes, "weight_hr_l0").get(1) : recurrent.get(1);
        boolean reverse = shapes.containsKey("weight_ih_l0_reverse");
        boolean sum = reverse && sums(shapes, recurrent.get(1));
        int layers = 1;
        while (shapes.containsKey("weight_ih_l" + layers)) {
            layers++;
        }
        CellKind kind = kind(recurrent, hidden, projected);
        Direction direction = reverse ? Direction.BIDIRECTIONAL : Direction.FORWARD;
        if (cell) {
            report.found("a cell: one layer, one direction, called step by step");
        } else {
            report.warning("whether batch_first was set is not in a state_dict (assumed: no, [T, N, C]); "
                    + "it changes no weight");
        }
        if (kind == CellKind.RNN) {
            report.warning("the nonlinearity of an RNN is not in a state_dict (assumed: tanh, PyTorch's default)");
        }
        if (kind == CellKind.GRU) {
            report.found("GRU with the reset after the product, as all of PyTorch's");
        }
        return RecurrentConfig.builder(kind, size("weight_ih_l0, C", input.get(1)), size("H", hidden))
                .projection(size("P", projection))
                .layers(layers)
                .direction(direction)
                .merge(sum ? Merge.SUM : Merge.CONCAT)
                .bias(shapes.containsKey("bias_ih_l0"))
                .peepholes(shapes.containsKey("weight_peephole_l0"))
                .build();
    }

    /** PyTorch concatenates; a second layer that reads half as much tells of a sum. */
    private static boolean sums(Map<String, List<Long>> shapes, long state) {
        List<Long> second = shapes.get("weight_ih_l1");
        return second != null && second.size() == 2 && second.get(1) == state;
    }

    private static CellKind kind(List<Long> recurrent, long hidden, boolean projected) {
        for (CellKind kind : CellKind.values()) {
            boolean can = kind == CellKind.LSTM || !projected;
            if (can && hidden > 0 && recurrent.get(0) % hidden == 0 && recurrent.get(0) / hidden == kind.gateCount()) {
                return kind;
            }
        }
        throw Checks.wrong(
                "weight_hh_l0", recurrent, "[G*H, H] with G = 1, 3 or 4, or [4*H, P] beside a weight_hr_l0 [P, H]");
    }

    private static List<Long> matrix(Map<String, List<Long>> shapes, String name) {
        @Nullable List<Long> shape = shapes.get(name);
        if (shape == null || shape.size() != 2) {
            throw Checks.wrong(name, (shape == null ? "missing" : shape), "a matrix");
        }
        return shape;
    }

    private static int size(String what, long value) {
        if (value > Integer.MAX_VALUE) {
            throw Checks.wrong(what, value, "less than 2^31");
        }
        return (int) value;
    }
}
