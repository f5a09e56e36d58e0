package io.github.fusedrnn.peers;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The result of a comparison, recorded as JSON. The aliases are the names in results recorded by earlier versions.
 *
 * @param date start, in UTC
 * @param commit commit of FusedRNN
 * @param rounds iterations of each participant on each case
 * @param secondsPerIteration length of an iteration
 * @param machine the machine it ran on
 * @param versions versions that the libraries report, by id
 * @param cases results by case
 * @param coldStarts times of fresh JVMs
 */
record ComparisonResult(
        String date,
        String commit,
        int rounds,
        @JsonAlias("secondsPerLap") double secondsPerIteration,
        Machine machine,
        Map<String, String> versions,
        List<CaseResult> cases,
        List<ColdStart.Result> coldStarts) {
    static ComparisonResult read(Path json) throws IOException {
        return new ObjectMapper().readValue(json.toFile(), ComparisonResult.class);
    }

    void write(Path json) throws IOException {
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json.toFile(), this);
    }
}
