package io.github.fusedrnn.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** JMH's results as JSON, with their environment. */
final class ResultFile {
    private ResultFile() {}

    /** Turns JMH's array of results into {@code {"environment": {…}, "results": […]}}. */
    static void addEnvironment(Path file) throws IOException {
        String results = Files.readString(file);
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeObjectFieldStart("environment");
            for (Map.Entry<String, String> entry : Environment.describe().entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeFieldName("results");
            json.writeRawValue(results.strip());
            json.writeEndObject();
        }
        Files.writeString(file, text + "\n");
    }
}
