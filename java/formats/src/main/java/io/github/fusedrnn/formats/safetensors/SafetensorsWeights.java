package io.github.fusedrnn.formats.safetensors;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import io.github.fusedrnn.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The weights of recurrent layers in safetensors files: each parameter under its canonical name, which is PyTorch's
 * ({@code weight_ih_l0}, {@code bias_hh_l1_reverse}, ...), behind a prefix that tells the layers of a model apart, such
 * as {@code "encoder."}. A {@code state_dict} of PyTorch's {@code nn.LSTM}, {@code nn.GRU} or {@code nn.RNN} saved in
 * this format has the same names and layout, and can be read as it is.
 */
public final class SafetensorsWeights {
    /** What any layer may call a parameter, this one or a larger one. */
    private static final Pattern CANONICAL = Pattern.compile(Arrays.stream(ParameterSpec.Kind.values())
            .map(ParameterSpec.Kind::prefix)
            .collect(Collectors.joining("|", "(", ")_l[0-9]+(_reverse)?")));

    private SafetensorsWeights() {}

    /**
     * Adds all parameters of a layer, as they are at this moment, all of one version.
     *
     * @param writer gets copies of the weights
     * @param prefix goes in front of each name; may be empty
     * @param weights the layer's weights
     * @throws IllegalArgumentException if the writer has one of the names already, or a parameter has more elements
     *     than an array can
     */
    public static void add(SafetensorsWriter writer, String prefix, Weights weights) {
        weights.toMap().forEach((name, elements) -> {
            ParameterSpec spec = weights.layout().get(name);
            long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
            writer.floats(prefix + name, elements, shape);
        });
    }

    /**
     * Reads the parameters of one layer.
     *
     * @param file an open file; tensors whose name is not the prefix and a canonical name play no part
     * @param prefix of each name; may be empty
     * @param layout what the layer needs
     * @return every parameter by its canonical name (without the prefix), row-major, in canonical order
     * @throws FormatException if the file's parameters under that prefix are not exactly the layer's; names every one
     *     that is missing, that the layer does not have (more layers or directions, a bias), that has another shape, or
     *     that is not F32, F16 or BF16
     * @throws IllegalArgumentException if a parameter has more elements than an array can
     * @throws IllegalStateException if the file is closed
     */
    public static Map<String, float[]> read(SafetensorsFile file, String prefix, WeightLayout layout)
            throws FormatException {
        List<String> wrong = new ArrayList<>();
        for (ParameterSpec spec : layout.parameters()) {
            String name = prefix + spec.name();
            if (!file.contains(name)) {
                wrong.add(spec.name() + ": missing (expected: " + spec.shape() + ")");
                continue;
            }
            TensorInfo info = file.info(name);
            if (!info.shape().equals(spec.shape())) {
                wrong.add(spec.name() + ": " + info.shape() + " (expected: " + spec.shape() + ")");
            }
            if (!SafetensorsFile.EXACT_FLOATS.contains(info.dtype())) {
                wrong.add(
                        spec.name() + ": " + info.dtype() + " (expected: one of " + SafetensorsFile.EXACT_FLOATS + ")");
            }
        }
        List<String> needed =
                layout.parameters().stream().map(ParameterSpec::name).toList();
        for (String name : file.names()) {
            String rest = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
            if (CANONICAL.matcher(rest).matches() && !needed.contains(rest)) {
                wrong.add(rest + ": " + file.info(name).shape() + " (expected: none, the layer has no such parameter)");
            }
        }
        if (!wrong.isEmpty()) {
            throw file.fail("weights under " + Text.quoted(prefix) + ": " + String.join("; ", wrong));
        }
        Map<String, float[]> values = new LinkedHashMap<>();
        for (String name : needed) {
            values.put(name, file.readFloats(prefix + name));
        }
        return values;
    }

    /**
     * Reads the parameters of one layer and publishes them as its new weights, all at once. On failure the layer keeps
     * those it has.
     *
     * @param file an open file, as for {@link #read}
     * @param prefix of each name; may be empty
     * @param layer the layer to change
     * @throws FormatException as {@link #read}
     * @throws IllegalStateException if the file or the layer is closed
     */
    public static void load(SafetensorsFile file, String prefix, RecurrentLayer layer) throws FormatException {
        layer.replaceWeights(read(file, prefix, layer.weights().layout()));
    }
}
