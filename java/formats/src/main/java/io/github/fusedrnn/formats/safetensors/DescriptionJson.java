package io.github.fusedrnn.formats.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.internal.checks.Checks;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A layer's description as one line of flat JSON, for a file's metadata: what names and shapes of weights do not tell. Every field of
 * {@link RecurrentConfig} is in it under its own name; activations as {@code "HARD_SIGMOID 0.2 0.5"}.
 */
final class DescriptionJson {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(2)
                    .maxStringLength(1000)
                    .maxNumberLength(64)
                    .build())
            .build();

    /** More than any cell has slots. */
    private static final int MAX_ACTIVATIONS = 16;

    private DescriptionJson() {}

    static String write(RecurrentConfig config) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("cell", config.cell().name());
            json.writeNumberField("inputSize", config.inputSize());
            json.writeNumberField("hiddenSize", config.hiddenSize());
            json.writeNumberField("projectionSize", config.projectionSize());
            json.writeNumberField("layers", config.layers());
            json.writeStringField("direction", config.direction().name());
            json.writeStringField("merge", config.merge().name());
            json.writeBooleanField("bias", config.bias());
            json.writeBooleanField("batchMajor", config.batchMajor());
            json.writeNumberField("dropout", config.dropout());
            json.writeNumberField("cellClip", config.cellClip());
            json.writeNumberField("gateClip", config.gateClip());
            json.writeBooleanField("peepholes", config.peepholes());
            json.writeBooleanField("coupledInputForget", config.coupledInputForget());
            json.writeStringField("reset", config.reset().name());
            json.writeArrayFieldStart("activations");
            for (Activation activation : config.activations()) {
                json.writeString(activation.kind() + " " + activation.alpha() + " " + activation.beta());
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new AssertionError("a StringWriter does not fail", e);
        }
        return text.toString();
    }

    /**
     * The description in a line that {@link #write} made.
     *
     * @throws IllegalArgumentException if it is not one
     */
    static RecurrentConfig read(String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        List<Activation> activations = new ArrayList<>();
        try (JsonParser json = JSON.createParser(text)) {
            Checks.argument(json.nextToken() == JsonToken.START_OBJECT, "text", json.currentToken(), "a JSON object");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (name.equals("activations") && value == JsonToken.START_ARRAY) {
                    while (json.nextToken() == JsonToken.VALUE_STRING && activations.size() < MAX_ACTIVATIONS) {
                        activations.add(activation(json.getText()));
                    }
                    Checks.argument(
                            json.currentToken() == JsonToken.END_ARRAY,
                            "activations",
                            json.currentToken(),
                            "an array of at most " + MAX_ACTIVATIONS + " strings");
                } else {
                    Checks.argument(value.isScalarValue(), name, value, "a string, a number or a boolean");
                    Checks.argument(fields.put(name, json.getText()) == null, name, "twice", "once");
                }
            }
            Checks.argument(json.nextToken() == null, "text", "more of it behind the object", "one object");
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "text: " + e.getMessage() + " (expected: a layer's description in JSON)", e);
        }
        RecurrentConfig config = RecurrentConfig.builder(
                        choice(fields, "cell", CellKind.class), (int) number(fields, "inputSize"), (int)
                                number(fields, "hiddenSize"))
                .projection((int) number(fields, "projectionSize"))
                .layers((int) number(fields, "layers"))
                .direction(choice(fields, "direction", Direction.class))
                .merge(choice(fields, "merge", Merge.class))
                .bias(flag(fields, "bias"))
                .batchMajor(flag(fields, "batchMajor"))
                .dropout((float) number(fields, "dropout"))
                .cellClip((float) number(fields, "cellClip"))
                .gateClip((float) number(fields, "gateClip"))
                .peepholes(flag(fields, "peepholes"))
                .coupledInputForget(flag(fields, "coupledInputForget"))
                .reset(choice(fields, "reset", ResetPlacement.class))
                .activations(activations)
                .build();
        Checks.argument(fields.isEmpty(), "fields", fields.keySet(), "none beyond those of a description");
        return config;
    }

    private static Activation activation(String text) {
        String[] parts = text.split(" ");
        Checks.argument(parts.length == 3, "activations", "'" + text + "'", "a name and two numbers");
        try {
            return new Activation(
                    Activation.Kind.valueOf(parts[0]), Float.parseFloat(parts[1]), Float.parseFloat(parts[2]));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("activations: '" + text + "' (expected: a known function)", e);
        }
    }

    private static String take(Map<String, String> fields, String name) {
        String value = fields.remove(name);
        if (value == null) {
            throw Checks.wrong(name, "missing", "a value");
        }
        return value;
    }

    private static double number(Map<String, String> fields, String name) {
        String value = take(fields, name);
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": '" + value + "' (expected: a number)", e);
        }
    }

    private static boolean flag(Map<String, String> fields, String name) {
        String value = take(fields, name);
        Checks.argument(value.equals("true") || value.equals("false"), name, "'" + value + "'", "true or false");
        return value.equals("true");
    }

    private static <E extends Enum<E>> E choice(Map<String, String> fields, String name, Class<E> type) {
        String value = take(fields, name);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(value)) {
                return constant;
            }
        }
        throw Checks.wrong(name, "'" + value + "'", "one of " + List.of(type.getEnumConstants()));
    }
}
