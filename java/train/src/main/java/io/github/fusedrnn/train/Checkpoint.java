package io.github.fusedrnn.train;

import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.safetensors.DType;
import io.github.fusedrnn.formats.safetensors.SafetensorsFile;
import io.github.fusedrnn.formats.safetensors.SafetensorsWriter;
import io.github.fusedrnn.formats.safetensors.TensorInfo;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A saved model: weights, and, to go on with training, the optimiser's state and counters, in one safetensors file.
 * Weights are named {@code block.entry}, an optimiser's state {@code optimizer.slot.block.entry}, a recurrent state
 * {@code state.name.h} and {@code state.name.c}; counters and the caller's own strings are metadata. Other programs can
 * read the file as it is.
 *
 * <pre>{@code
 * Checkpoint.of(parameters).optimizer(adam).counter("dropoutCalls", lstm.dropoutCalls()).write(path);
 * …
 * try (Checkpoint saved = Checkpoint.open(path)) {
 *     saved.restore(parameters);
 *     saved.restore(adam);
 *     lstm.setDropoutCalls(saved.counter("dropoutCalls"));
 * }
 * }</pre>
 *
 * <p>One thread at a time.
 */
public final class Checkpoint implements AutoCloseable {
    private static final String FORMAT_KEY = "format";
    private static final String FORMAT = "fusedrnn-checkpoint-1";
    private static final String KIND_KEY = Optimizer.PREFIX + ".kind";
    private static final String STEPS_KEY = Optimizer.PREFIX + ".steps";
    private static final String RATE_KEY = Optimizer.PREFIX + ".learningRate";
    private static final String STATE = Parameters.STATE + ".";
    private static final String COUNTER = "counter.";
    private static final String USER = "user.";

    private final Path path;
    private final SafetensorsFile file;

    private Checkpoint(Path path, SafetensorsFile file) {
        this.path = path;
        this.file = file;
    }

    /** Begins a checkpoint of these parameters. */
    public static Writer of(Parameters parameters) {
        return new Writer(parameters);
    }

    /**
     * Opens a checkpoint, which the caller closes.
     *
     * @throws FormatException if it is not a checkpoint
     * @throws IOException if it cannot be read
     */
    public static Checkpoint open(Path path) throws IOException {
        SafetensorsFile file = SafetensorsFile.open(path);
        String format = file.metadata().get(FORMAT_KEY);
        if (!FORMAT.equals(format)) {
            file.close();
            throw new FormatException(path, "metadata '" + FORMAT_KEY + "': " + format + " (expected: " + FORMAT + ")");
        }
        return new Checkpoint(path, file);
    }

    /**
     * Copies the saved weights into a model of the same parameters: all of them or, after an exception, none.
     *
     * @throws FormatException if the file's weights are not exactly these; names all that are missing, unknown or of
     *     another shape
     * @throws IllegalStateException if something is closed
     */
    public void restore(Parameters parameters) throws IOException {
        parameters.checkOpen();
        List<String> wrong = new ArrayList<>();
        TreeSet<String> unknown = new TreeSet<>(file.names());
        unknown.removeIf(name -> name.startsWith(Optimizer.PREFIX + ".") || name.startsWith(STATE));
        parameters.forEachEntry((name, entry) -> {
            unknown.remove(name);
            compare(name, entry, wrong);
        });
        refuse(unknown, wrong);
        Map<String, float[]> values = new HashMap<>();
        for (var block : parameters.blocks().entrySet()) {
            for (ParameterBlock.Entry entry : block.getValue().entries()) {
                String name = block.getKey() + "." + entry.name();
                values.put(name, file.readFloats(name));
            }
        }
        parameters
                .blocks()
                .forEach((blockName, block) -> block.update(weights -> {
                    for (ParameterBlock.Entry entry : block.entries()) {
                        weights.copyFrom(entry.offset(), FloatBuffer.wrap(values.get(blockName + "." + entry.name())));
                    }
                }));
    }

    /**
     * One saved tensor of weights, row-major, for a model that takes only a part of what was saved.
     *
     * @param name {@code block.entry}
     * @throws FormatException if there is none of that name
     */
    public float[] weights(String name) throws FormatException {
        return file.readFloats(name);
    }

    /** Whether an optimiser's state was saved. */
    public boolean hasOptimizer() {
        return file.metadata().containsKey(KIND_KEY);
    }

    /**
     * Copies the saved state, number of steps and learning rate into an optimiser of the same kind and parameters: all
     * of it or, after an exception, nothing.
     *
     * @throws FormatException if the file has no such state; names all that is missing, unknown or of another shape
     * @throws IllegalStateException if the optimiser is closed
     */
    public void restore(Optimizer optimizer) throws IOException {
        String kind = file.metadata().get(KIND_KEY);
        if (!optimizer.kind().equals(kind)) {
            throw new FormatException(
                    path, "optimizer: " + (kind == null ? "none" : kind) + " (expected: " + optimizer.kind() + ")");
        }
        List<String> wrong = new ArrayList<>();
        TreeSet<String> unknown = new TreeSet<>(file.names());
        unknown.removeIf(name -> !name.startsWith(Optimizer.PREFIX + "."));
        List<String> names = new ArrayList<>();
        optimizer.forEachPart((name, tensor, entry) -> {
            unknown.remove(Optimizer.PREFIX + "." + name);
            names.add(name);
            compare(Optimizer.PREFIX + "." + name, entry, wrong);
        });
        refuse(unknown, wrong);
        Map<String, float[]> state = new HashMap<>();
        for (String name : names) {
            state.put(name, file.readFloats(Optimizer.PREFIX + "." + name));
        }
        optimizer.restore(number(STEPS_KEY), rate(), state);
    }

    /**
     * Copies a saved recurrent state into one of the same shape: all of it or, after an exception, nothing.
     *
     * @throws FormatException if there is none of that name, or it has another shape
     * @throws IllegalStateException if the state is closed
     */
    public void restore(String name, RecurrentState state) throws IOException {
        List<String> wrong = new ArrayList<>();
        TreeSet<String> unknown = new TreeSet<>(file.names());
        unknown.removeIf(saved -> !saved.startsWith(STATE + name + "."));
        Map<String, FloatTensor> parts = parts(name, state);
        parts.forEach((part, tensor) -> {
            unknown.remove(part);
            compare(part, new ParameterBlock.Entry(part, shape(tensor), 0), wrong);
        });
        refuse(unknown, wrong);
        for (var part : parts.entrySet()) {
            part.getValue().copyFrom(file.readFloats(part.getKey()));
        }
    }

    private static Map<String, FloatTensor> parts(String name, RecurrentState state) {
        Map<String, FloatTensor> parts = new LinkedHashMap<>();
        parts.put(STATE + name + ".h", state.h());
        if (state.hasCellState()) {
            parts.put(STATE + name + ".c", state.c());
        }
        return parts;
    }

    private static List<Long> shape(FloatTensor tensor) {
        return Arrays.stream(tensor.dims()).boxed().toList();
    }

    private void compare(String name, ParameterBlock.Entry entry, List<String> wrong) {
        if (!file.contains(name)) {
            wrong.add(name + ": missing (expected: " + entry.shape() + ")");
            return;
        }
        try {
            TensorInfo info = file.info(name);
            if (info.dtype() != DType.F32 || !info.shape().equals(entry.shape())) {
                wrong.add(name + ": " + info.dtype() + " " + info.shape() + " (expected: F32 " + entry.shape() + ")");
            }
        } catch (FormatException e) {
            wrong.add(name + ": " + e.getMessage());
        }
    }

    private void refuse(Set<String> unknown, List<String> wrong) throws FormatException {
        if (!unknown.isEmpty()) {
            wrong.add("unknown: " + unknown);
        }
        if (!wrong.isEmpty()) {
            throw new FormatException(path, String.join("; ", wrong));
        }
    }

    /**
     * A saved counter.
     *
     * @throws FormatException if there is none of that name, or it is not an integer
     */
    public long counter(String name) throws FormatException {
        return number(COUNTER + name);
    }

    /**
     * A saved position of a pipeline.
     *
     * @throws FormatException if there is none of that name, or its numbers are not those of a position
     */
    public DataPosition position(String name) throws FormatException {
        long epoch = counter(name + ".epoch");
        long batch = counter(name + ".batch");
        if (epoch < 0 || batch < 0 || batch > Integer.MAX_VALUE) {
            throw new FormatException(
                    path,
                    "position '" + name + "': epoch " + epoch + ", batch " + batch
                            + " (expected: 0 or more, and a batch that fits into 32 bits)");
        }
        return new DataPosition(epoch, (int) batch);
    }

    /** The caller's own strings, in the order of their names. */
    public Map<String, String> metadata() {
        Map<String, String> own = new LinkedHashMap<>();
        file.metadata().forEach((key, value) -> {
            if (key.startsWith(USER)) {
                own.put(key.substring(USER.length()), value);
            }
        });
        return own;
    }

    private String text(String key) throws FormatException {
        String value = file.metadata().get(key);
        if (value == null) {
            throw new FormatException(
                    path,
                    "metadata '" + key + "': none (expected: one of "
                            + file.metadata().keySet() + ")");
        }
        return value;
    }

    private long number(String key) throws FormatException {
        String value = text(key);
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new FormatException(path, "metadata '" + key + "': '" + value + "' (expected: an integer)", e);
        }
    }

    private float rate() throws FormatException {
        String value = text(RATE_KEY);
        try {
            return Float.parseFloat(value);
        } catch (NumberFormatException e) {
            throw new FormatException(path, "metadata '" + RATE_KEY + "': '" + value + "' (expected: a number)", e);
        }
    }

    /** Closes the file. */
    @Override
    public void close() {
        file.close();
    }

    /** Collects what a checkpoint holds. Weights and state are read by {@link #write}. One thread at a time. */
    public static final class Writer {
        private final Parameters parameters;
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final Map<String, RecurrentState> states = new LinkedHashMap<>();
        private @Nullable Optimizer optimizer;

        private Writer(Parameters parameters) {
            this.parameters = parameters;
            metadata.put(FORMAT_KEY, FORMAT);
        }

        /** Adds an optimiser's state, steps and learning rate. */
        public Writer optimizer(Optimizer saved) {
            this.optimizer = saved;
            return this;
        }

        /**
         * Adds a recurrent state, to go on in the middle of a stream; the last one of a name counts.
         *
         * @throws IllegalArgumentException unless the name consists of letters, digits, '-' and '_'
         */
        public Writer state(String name, RecurrentState state) {
            Parameters.checkName(name);
            states.put(name, state);
            return this;
        }

        /** Adds a counter, such as steps, or {@code lstm.dropoutCalls()}; the last value of a name counts. */
        public Writer counter(String name, long value) {
            metadata.put(COUNTER + name, Long.toString(value));
            return this;
        }

        /** Adds a pipeline's position. */
        public Writer position(String name, DataPosition position) {
            return counter(name + ".epoch", position.epoch()).counter(name + ".batch", position.batch());
        }

        /** Adds a string, such as a vocabulary or a layer's size; the last value of a name counts. */
        public Writer metadata(String key, String value) {
            metadata.put(USER + key, value);
            return this;
        }

        /**
         * Writes the file, replacing one of that name whole or not at all.
         *
         * @throws IOException if it cannot be written; an older file is then as it was
         * @throws IllegalStateException if something is closed
         */
        public void write(Path path) throws IOException {
            parameters.checkOpen();
            SafetensorsWriter writer = new SafetensorsWriter();
            metadata.forEach(writer::metadata);
            parameters.blocks().forEach((blockName, block) -> block.entries()
                    .forEach(entry -> writer.floats(blockName + "." + entry.name(), block.read(entry), shape(entry))));
            if (optimizer != null) {
                Optimizer saved = optimizer;
                writer.metadata(KIND_KEY, saved.kind());
                writer.metadata(STEPS_KEY, Long.toString(saved.steps()));
                writer.metadata(RATE_KEY, Float.toString(saved.learningRate()));
                saved.forEachPart((name, tensor, entry) ->
                        writer.floats(Optimizer.PREFIX + "." + name, entry.read(tensor), shape(entry)));
            }
            states.forEach((name, state) ->
                    parts(name, state).forEach((part, tensor) -> writer.floats(part, tensor.toArray(), tensor.dims())));
            writer.write(path);
        }

        private static long[] shape(ParameterBlock.Entry entry) {
            return entry.shape().stream().mapToLong(Long::longValue).toArray();
        }
    }
}
