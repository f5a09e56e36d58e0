package io.github.fusedrnn.formats.pytorch;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.ImportReport;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the recurrent layers among tensors that are named as in a PyTorch state_dict: {@code PREFIXweight_ih_l0},
 * {@code PREFIXbias_hh_l1_reverse}, … of modules, {@code PREFIXweight_ih}, … of cells. The cell is told by the number of gates, sizes by
 * the shapes. What the names do not tell is assumed as PyTorch's default, and reported.
 */
public final class StateDictImport {
    private static final Pattern PARAMETER = Pattern.compile(Arrays.stream(ParameterSpec.Kind.values())
            .map(ParameterSpec.Kind::prefix)
            .collect(Collectors.joining("|", "(?s)(.*?)(", ")((_l[0-9]{1,6})(_reverse)?)?")));

    private final NamedTensors tensors;
    private final Map<String, RecurrentConfig> described;
    private final Map<String, ParameterGroup> groups = new LinkedHashMap<>();
    private final List<String> ignored = new ArrayList<>();

    private StateDictImport(NamedTensors tensors, Map<String, RecurrentConfig> described) {
        this.tensors = tensors;
        this.described = described;
    }

    /**
     * Finds and reads all layers.
     *
     * @param format the file's format, for people
     * @param tensors what the file has
     * @param described descriptions, by prefix, that are known otherwise and go before what the shapes tell
     * @return the layers by prefix (with the dot at its end, if there is one)
     * @throws FormatException if the file cannot be read
     */
    public static ModelImport read(String format, NamedTensors tensors, Map<String, RecurrentConfig> described)
            throws FormatException {
        return new StateDictImport(tensors, described).read(format);
    }

    private ModelImport read(String format) throws FormatException {
        for (String name : tensors.names()) {
            Matcher matcher = PARAMETER.matcher(name);
            if (matcher.matches()) {
                boolean cell = matcher.group(3) == null;
                String prefix = matcher.group(1);
                groups.computeIfAbsent((cell ? "c" : "m") + prefix, key -> new ParameterGroup(prefix, cell))
                        .add(cell ? name.substring(prefix.length()) + "_l0" : name.substring(prefix.length()), name);
            } else {
                ignored.add(name + " " + tensors.shape(name));
            }
        }
        List<LayerImport> layers = new ArrayList<>();
        Map<String, String> refused = new LinkedHashMap<>();
        for (ParameterGroup group : groups.values()) {
            try {
                layers.add(layer(group));
            } catch (IllegalArgumentException e) {
                refused.merge(group.prefix(), String.valueOf(e.getMessage()), (a, b) -> a + "; " + b);
            }
        }
        return new ModelImport(tensors.file(), format, layers, refused, ignored);
    }

    private LayerImport layer(ParameterGroup group) throws FormatException {
        ImportReport.Builder report = new ImportReport.Builder();
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : group.names().entrySet()) {
            shapes.put(entry.getKey(), tensors.shape(entry.getValue()));
        }
        RecurrentConfig known = described.get(group.prefix());
        RecurrentConfig config = known == null ? group.infer(shapes, report) : known;
        if (known != null) {
            report.found("described by the file's metadata");
        }
        report.found(config.cell() + ", C = " + config.inputSize() + ", H = " + config.hiddenSize() + ", layers "
                + config.layers() + ", " + config.direction() + (config.bias() ? "" : ", no biases"));
        WeightLayout layout = WeightLayout.of(config);
        requireShapes(layout, group, shapes);
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (ParameterSpec spec : layout.parameters()) {
            String name = group.name(spec);
            weights.put(spec.name(), tensors.read(name));
            report.mapped(name + " " + spec.shape() + " -> " + spec.name());
        }
        return new LayerImport(group.prefix(), config, weights, report.build());
    }

    private void requireShapes(WeightLayout layout, ParameterGroup group, Map<String, List<Long>> shapes)
            throws FormatException {
        List<String> wrong = new ArrayList<>();
        List<String> needed = new ArrayList<>();
        for (ParameterSpec spec : layout.parameters()) {
            needed.add(spec.name());
            List<Long> shape = shapes.get(spec.name());
            if (shape == null) {
                wrong.add(spec.name() + ": missing (expected: " + spec.shape() + ")");
            } else if (!shape.equals(spec.shape())) {
                wrong.add(spec.name() + ": " + shape + " (expected: " + spec.shape() + ")");
            } else {
                String type = tensors.unreadable(group.name(spec));
                if (!type.isEmpty()) {
                    wrong.add(spec.name() + ": " + type + " (expected: a float type)");
                }
            }
        }
        shapes.forEach((name, shape) -> {
            if (!needed.contains(name)) {
                wrong.add(name + ": " + shape + " (expected: none, the layer has no such parameter)");
            }
        });
        if (!wrong.isEmpty()) {
            int shown = Math.min(wrong.size(), 8);
            throw new IllegalArgumentException(String.join("; ", wrong.subList(0, shown))
                    + (shown < wrong.size() ? "; and " + (wrong.size() - shown) + " more" : ""));
        }
    }
}
