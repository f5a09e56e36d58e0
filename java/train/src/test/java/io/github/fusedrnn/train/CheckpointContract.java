package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.safetensors.SafetensorsFile;
import io.github.fusedrnn.formats.safetensors.SafetensorsWriter;
import io.github.fusedrnn.tensor.RecurrentState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

abstract class CheckpointContract extends BackendContract {
    @TempDir
    Path folder;

    CheckpointContract(BackendKind backend) {
        super(backend);
    }

    private TinyLanguageModel model(long seed) {
        return closing(new TinyLanguageModel(backend, seed));
    }

    @Test
    void resumedTrainingGivesTheBitsOfUninterruptedTraining() throws IOException {
        TinyLanguageModel whole = model(1);
        whole.train(5);
        Path path = folder.resolve("model.safetensors");
        whole.save(path);
        whole.train(5);

        TinyLanguageModel resumed = model(2);
        resumed.restore(path);
        assertThat(resumed.adam.steps()).isEqualTo(5);
        resumed.train(5);
        assertThat(resumed.weights()).isEqualTo(whole.weights());
        assertThat(resumed.batches.position()).isEqualTo(whole.batches.position());
    }

    @Test
    void keepsCountersPositionsAndStrings() throws IOException {
        TinyLanguageModel model = model(1);
        Path path = folder.resolve("model.safetensors");
        Checkpoint.of(model.parameters)
                .counter("calls", Long.MIN_VALUE)
                .position("train", new DataPosition(3, 14))
                .metadata("vocabulary", "\u0000\n\"é𝄞")
                .write(path);
        try (Checkpoint saved = Checkpoint.open(path)) {
            assertThat(saved.counter("calls")).isEqualTo(Long.MIN_VALUE);
            assertThat(saved.position("train")).isEqualTo(new DataPosition(3, 14));
            assertThat(saved.metadata()).isEqualTo(Map.of("vocabulary", "\u0000\n\"é𝄞"));
            assertThat(saved.hasOptimizer()).isFalse();
            assertThatExceptionOfType(FormatException.class)
                    .isThrownBy(() -> saved.counter("steps"))
                    .withMessageContaining("metadata 'counter.steps': none");
            assertThatExceptionOfType(FormatException.class)
                    .isThrownBy(() -> saved.restore(model.adam))
                    .withMessageContaining("optimizer: none (expected: adam)");
        }
    }

    @Test
    void isAPlainSafetensorsFile() throws IOException {
        TinyLanguageModel model = model(1);
        Path path = folder.resolve("model.safetensors");
        Checkpoint.of(model.parameters).optimizer(model.adam).write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.info("lstm.weight_ih_l0").shape())
                    .isEqualTo(List.of(4L * TinyLanguageModel.HIDDEN, (long) TinyLanguageModel.WIDTH));
            assertThat(file.readFloats("head.bias")).isEqualTo(model.head.bias().toArray());
            assertThat(file.contains("optimizer.m.embedding.weight")).isTrue();
        }
        try (Checkpoint saved = Checkpoint.open(path)) {
            assertThat(saved.weights("head.bias")).isEqualTo(model.head.bias().toArray());
            assertThatExceptionOfType(FormatException.class).isThrownBy(() -> saved.weights("tail.bias"));
        }
    }

    @Test
    void refusesAnotherModelAndChangesNothing() throws IOException {
        TinyLanguageModel model = model(1);
        Path path = folder.resolve("model.safetensors");
        Dense wide = closing(
                Dense.builder(TinyLanguageModel.HIDDEN, 9).backend(backend).build());
        Checkpoint.of(Parameters.builder()
                        .add("embedding", model.embedding)
                        .add("head", wide)
                        .add(
                                "tail",
                                closing(Dense.builder(1, 1).backend(backend).build()))
                        .build())
                .write(path);
        TinyLanguageModel other = model(2);
        Map<String, List<Float>> before = other.weights();
        try (Checkpoint saved = Checkpoint.open(path)) {
            assertThatExceptionOfType(FormatException.class)
                    .isThrownBy(() -> saved.restore(other.parameters))
                    .withMessageContaining("lstm.weight_ih_l0: missing (expected: [")
                    .withMessageContaining("head.weight: F32 [9, 16] (expected: F32 [5, 16])")
                    .withMessageContaining("unknown: [tail.bias, tail.weight]");
        }
        assertThat(other.weights()).isEqualTo(before);
    }

    @Test
    void refusesAnotherOptimizer() throws IOException {
        TinyLanguageModel model = model(1);
        Path path = folder.resolve("model.safetensors");
        Checkpoint.of(model.parameters).optimizer(model.adam).write(path);
        Sgd sgd = closing(Sgd.builder(model.parameters).momentum(0.5f).build());
        try (Checkpoint saved = Checkpoint.open(path)) {
            assertThatExceptionOfType(FormatException.class)
                    .isThrownBy(() -> saved.restore(sgd))
                    .withMessageContaining("optimizer: adam (expected: sgd)");
        }
    }

    @Test
    void replacesAnOlderCheckpointWholeOrNotAtAll() throws IOException {
        TinyLanguageModel model = model(1);
        Path path = folder.resolve("model.safetensors");
        Checkpoint.of(model.parameters).counter("steps", 1).write(path);
        Checkpoint.of(model.parameters).counter("steps", 2).write(path);
        byte[] bytes = Files.readAllBytes(path);
        model.head.close();
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        Checkpoint.of(model.parameters).counter("steps", 3).write(path))
                .withMessage("parameters 'head': Dense 16 -> 5 is closed");
        assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void refusesAStateOfAnotherShape() throws IOException {
        TinyLanguageModel model = model(1);
        Path path = folder.resolve("model.safetensors");
        RecurrentState three = closing(model.lstm.newState(3));
        Checkpoint.of(model.parameters).state("lstm", three).write(path);
        RecurrentState two = closing(model.lstm.newState(2));
        Gru gru = closing(
                Gru.builder(2, TinyLanguageModel.HIDDEN).backend(backend).build());
        RecurrentState withoutCell = closing(gru.newState(3));
        try (Checkpoint saved = Checkpoint.open(path)) {
            saved.restore(model.parameters);
            assertThatExceptionOfType(FormatException.class)
                    .isThrownBy(() -> saved.restore("lstm", two))
                    .withMessageContaining("state.lstm.h: F32 [1, 3, 16] (expected: F32 [1, 2, 16])");
            assertThatExceptionOfType(FormatException.class)
                    .isThrownBy(() -> saved.restore("lstm", withoutCell))
                    .withMessageContaining("unknown: [state.lstm.c]");
            assertThatExceptionOfType(FormatException.class)
                    .isThrownBy(() -> saved.restore("other", three))
                    .withMessageContaining("state.other.h: missing");
        }
    }

    @Test
    void refusesAFileThatIsNoCheckpoint() throws IOException {
        Path path = folder.resolve("other.safetensors");
        new SafetensorsWriter().floats("x", new float[1], 1).write(path);
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> Checkpoint.open(path))
                .withMessageContaining("metadata 'format': null (expected: fusedrnn-checkpoint-1)");
    }
}
