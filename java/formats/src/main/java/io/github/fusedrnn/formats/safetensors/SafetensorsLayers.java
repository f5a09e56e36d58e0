package io.github.fusedrnn.formats.safetensors;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.GoldenRun;
import io.github.fusedrnn.formats.ImportReport;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.pytorch.NamedTensors;
import io.github.fusedrnn.formats.pytorch.StateDictImport;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whole layers in safetensors files: the weights as {@link SafetensorsWeights} names them, the description as metadata
 * {@code fusedrnn.layer.PREFIX}, and a golden run as tensors {@code PREFIXgolden.input} and {@code PREFIXgolden.output} (with any of
 * {@code golden.h_0}, {@code golden.c_0}, {@code golden.h_n}, {@code golden.c_n}, {@code golden.lengths}). Files without description are
 * read as PyTorch state_dicts. A layer with a golden run is refused where the reference does not reproduce it.
 */
public final class SafetensorsLayers {
    private static final String DESCRIPTION = "fusedrnn.layer.";
    private static final String GOLDEN = "golden.";

    private SafetensorsLayers() {}

    /**
     * Adds a layer.
     *
     * @param writer gets weights and description
     * @param prefix goes in front of each name, such as {@code "encoder."}; may be empty
     * @param layer the layer; its arrays are read when the file is written
     * @throws IllegalArgumentException if the writer has one of the names already
     */
    public static void add(SafetensorsWriter writer, String prefix, LayerImport layer) {
        writer.metadata(DESCRIPTION + prefix, DescriptionJson.write(layer.config()));
        for (ParameterSpec spec : WeightLayout.of(layer.config()).parameters()) {
            float[] values = layer.weights().get(spec.name());
            if (values == null) {
                throw Checks.wrong("layer", "no " + spec.name(), "all its parameters");
            }
            writer.floats(prefix + spec.name(), values, dimensions(spec.shape()));
        }
    }

    /**
     * Adds the golden run of a layer, with which every later reading proves itself.
     *
     * @param writer gets the tensors
     * @param prefix the layer's
     * @param config the layer
     * @param run what it gave where it was trained
     * @throws IllegalArgumentException if the writer has one of the names already, or sizes disagree
     */
    public static void addGolden(SafetensorsWriter writer, String prefix, RecurrentConfig config, GoldenRun run) {
        String name = prefix + GOLDEN;
        long first = config.batchMajor() ? run.rows() : run.steps();
        long second = config.batchMajor() ? run.steps() : run.rows();
        writer.doubles(name + "input", run.x(), first, second, config.inputSize());
        writer.doubles(name + "output", run.y(), first, second, config.outputSize());
        addState(writer, name + "h_0", run.h0(), config, run.rows(), config.stateSize());
        addState(writer, name + "c_0", run.c0(), config, run.rows(), config.hiddenSize());
        addState(writer, name + "h_n", run.hn(), config, run.rows(), config.stateSize());
        addState(writer, name + "c_n", run.cn(), config, run.rows(), config.hiddenSize());
        int[] lengths = run.lengths();
        if (lengths != null) {
            long[] values = new long[lengths.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = lengths[i];
            }
            writer.longs(name + "lengths", values, values.length);
        }
    }

    private static void addState(
            SafetensorsWriter writer,
            String name,
            double @Nullable [] values,
            RecurrentConfig config,
            int rows,
            int width) {
        if (values != null) {
            writer.doubles(name, values, config.stateLayers(), rows, width);
        }
    }

    /**
     * Reads all layers of a file.
     *
     * @param path the file
     * @return the layers by prefix, with the golden run's result in their reports
     * @throws FormatException if it is not a valid safetensors file, or a description in it is wrong
     * @throws IOException if it cannot be read
     */
    public static ModelImport read(Path path) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Map<String, RecurrentConfig> described = new LinkedHashMap<>();
            for (Map.Entry<String, String> entry : file.metadata().entrySet()) {
                if (entry.getKey().startsWith(DESCRIPTION)) {
                    try {
                        described.put(
                                entry.getKey().substring(DESCRIPTION.length()), DescriptionJson.read(entry.getValue()));
                    } catch (IllegalArgumentException e) {
                        throw new FormatException(
                                path, "metadata " + Text.quoted(entry.getKey()) + ": " + e.getMessage(), e);
                    }
                }
            }
            ModelImport found = StateDictImport.read("safetensors", new Tensors(path, file), described);
            return proved(file, found, described);
        }
    }

    private static ModelImport proved(SafetensorsFile file, ModelImport found, Map<String, RecurrentConfig> described)
            throws FormatException {
        List<LayerImport> layers = new ArrayList<>();
        Map<String, String> refused = new LinkedHashMap<>(found.refused());
        List<String> ignored = new ArrayList<>(found.ignored());
        for (LayerImport layer : found.layers()) {
            String golden = layer.name() + GOLDEN;
            if (!file.contains(golden + "input") || !file.contains(golden + "output")) {
                layers.add(layer);
                continue;
            }
            try {
                String proof = golden(file, golden, layer.config()).prove(layer.config(), layer.weights());
                ImportReport report = layer.report();
                List<String> facts = new ArrayList<>(report.found());
                facts.add(proof);
                layers.add(new LayerImport(
                        layer.name(),
                        layer.config(),
                        layer.weights(),
                        new ImportReport(facts, report.mapped(), report.ignored(), report.warnings())));
            } catch (IllegalArgumentException e) {
                refused.put(layer.name(), String.valueOf(e.getMessage()));
            }
            ignored.removeIf(line -> line.startsWith(golden));
        }
        for (String prefix : described.keySet()) {
            if (!refused.containsKey(prefix)
                    && layers.stream().noneMatch(layer -> layer.name().equals(prefix))) {
                refused.put(prefix, "described, but without weights (expected: " + prefix + "weight_ih_l0, ...)");
            }
        }
        return new ModelImport(found.file(), found.format(), layers, refused, ignored);
    }

    private static GoldenRun golden(SafetensorsFile file, String name, RecurrentConfig config) throws FormatException {
        List<Long> shape = file.info(name + "input").shape();
        boolean sized = shape.size() == 3
                && shape.get(0) <= Integer.MAX_VALUE
                && shape.get(1) <= Integer.MAX_VALUE
                && shape.get(2) == config.inputSize();
        if (!sized) {
            throw Checks.wrong(
                    name + "input", shape, (config.batchMajor() ? "[N, T, " : "[T, N, ") + config.inputSize() + "]");
        }
        int steps = shape.get(config.batchMajor() ? 1 : 0).intValue();
        int rows = shape.get(config.batchMajor() ? 0 : 1).intValue();
        int[] lengths = null;
        if (file.contains(name + "lengths")) {
            long[] values = file.readLongs(name + "lengths");
            lengths = new int[values.length];
            for (int i = 0; i < values.length; i++) {
                lengths[i] = Math.toIntExact(Math.max(-1, Math.min(values[i], Integer.MAX_VALUE)));
            }
        }
        return new GoldenRun(
                steps,
                rows,
                lengths,
                file.readDoubles(name + "input"),
                optional(file, name + "h_0"),
                optional(file, name + "c_0"),
                file.readDoubles(name + "output"),
                optional(file, name + "h_n"),
                optional(file, name + "c_n"));
    }

    private static double @Nullable [] optional(SafetensorsFile file, String name) throws FormatException {
        return file.contains(name) ? file.readDoubles(name) : null;
    }

    private static long[] dimensions(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    private record Tensors(Path file, SafetensorsFile open) implements NamedTensors {
        @Override
        public List<String> names() {
            return open.names();
        }

        @Override
        public List<Long> shape(String name) throws FormatException {
            return open.info(name).shape();
        }

        @Override
        public String unreadable(String name) throws FormatException {
            DType dtype = open.info(name).dtype();
            return SafetensorsFile.ALL_FLOATS.contains(dtype) ? "" : dtype.name();
        }

        @Override
        public float[] read(String name) throws FormatException {
            return open.readFloatsNarrowed(name);
        }
    }
}
