package io.github.fusedrnn.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.internal.layer.TuningFile;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanKeyTest {
    private static final PlanSize SIZE = new PlanSize(35, 20, 2, true);

    @TempDir
    private Path folder;

    private static String key(RecurrentConfig config) {
        return new PlanKey("cpu").with(SIZE).with(config).text();
    }

    /** Files that users have saved hold such lines. */
    @Test
    void isWrittenFieldByField() {
        RecurrentConfig config = RecurrentConfig.lstm(64, 128)
                .projection(32)
                .layers(2)
                .bidirectional()
                .dropout(0.5f)
                .activations(Activation.hardSigmoid(0.2f, 0.5f), Activation.TANH, Activation.TANH)
                .build();
        assertThat(new PlanKey("cpu")
                        .with("isa", "AVX2")
                        .with(SIZE)
                        .with(config)
                        .text())
                .isEqualTo("cpu isa=AVX2 T=35 N=20 training=true cell=LSTM C=64 H=128 P=32 layers=2"
                        + " direction=BIDIRECTIONAL merge=CONCAT bias=true batchMajor=false dropout=0.5 cellClip=0.0"
                        + " gateClip=0.0 peepholes=false coupledInputForget=false reset=AFTER"
                        + " activations=HARD_SIGMOID(0.2,0.5),TANH,TANH,HARD_SIGMOID(0.2,0.5),TANH,TANH");
    }

    @Test
    void everyFieldOfALayerChangesIt() {
        RecurrentConfig lstm = RecurrentConfig.lstm(8, 16).bidirectional().build();
        RecurrentConfig gru = RecurrentConfig.gru(8, 16).build();
        List<String> keys = Stream.of(
                        lstm,
                        gru,
                        RecurrentConfig.rnn(8, 16).build(),
                        RecurrentConfig.lstm(9, 16).bidirectional().build(),
                        RecurrentConfig.lstm(8, 17).bidirectional().build(),
                        lstm.toBuilder().projection(3).build(),
                        lstm.toBuilder().layers(2).build(),
                        RecurrentConfig.lstm(8, 16).build(),
                        RecurrentConfig.lstm(8, 16).direction(Direction.REVERSE).build(),
                        lstm.toBuilder().merge(Merge.SUM).build(),
                        lstm.toBuilder().bias(false).build(),
                        lstm.toBuilder().batchMajor(true).build(),
                        lstm.toBuilder().dropout(0.25f).build(),
                        lstm.toBuilder().cellClip(1).build(),
                        lstm.toBuilder().gateClip(1).build(),
                        lstm.toBuilder().peepholes(true).build(),
                        lstm.toBuilder().coupledInputForget(true).build(),
                        gru.toBuilder().reset(ResetPlacement.BEFORE).build(),
                        lstm.toBuilder()
                                .activations(Activation.RELU, Activation.TANH, Activation.TANH)
                                .build(),
                        lstm.toBuilder()
                                .reverseActivations(Activation.RELU, Activation.TANH, Activation.TANH)
                                .build())
                .map(PlanKeyTest::key)
                .toList();
        assertThat(keys).doesNotHaveDuplicates();
    }

    /** Whoever adds a field to the description decides here whether the key holds it. */
    @Test
    void holdsEveryFieldThatADescriptionHas() {
        Map<String, String> shortened =
                Map.of("inputSize", "C", "hiddenSize", "H", "projectionSize", "P", "reverseActivations", "activations");
        String key = key(RecurrentConfig.builder(CellKind.GRU, 8, 16).build());
        assertThat(Arrays.stream(RecurrentConfig.Builder.class.getDeclaredFields())
                        .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                        .map(Field::getName)
                        .map(name -> shortened.getOrDefault(name, name)))
                .allSatisfy(name -> assertThat(key).contains(" " + name + "="));
    }

    @Test
    void theSizeOfThePlanAndWhatRunsItChangeIt() {
        RecurrentConfig config = RecurrentConfig.gru(8, 16).build();
        List<String> keys = Stream.of(
                        new PlanKey("cpu").with(SIZE),
                        new PlanKey("cudnn").with(SIZE),
                        new PlanKey("cpu").with("threads", 2).with(SIZE),
                        new PlanKey("cpu").with("threads", 3).with(SIZE),
                        new PlanKey("cpu").with(new PlanSize(36, 20, 2, true)),
                        new PlanKey("cpu").with(new PlanSize(35, 21, 2, true)),
                        new PlanKey("cpu").with(new PlanSize(35, 20, 2, false)))
                .map(key -> key.with(config).text())
                .toList();
        assertThat(keys).doesNotHaveDuplicates();
    }

    @Test
    void theLongestFitsATuningFileWhateverTheDeviceIsCalled() throws IOException {
        Activation wordy = new Activation(Activation.Kind.THRESHOLDED_RELU, -1.2345679e-30f, -1.2345679e-30f);
        String key = new PlanKey("cudnn")
                .with("device", "Ge\u0007rät | \n".repeat(40))
                .with(new PlanSize(Integer.MAX_VALUE, Integer.MAX_VALUE, 1024, true))
                .with(RecurrentConfig.lstm(Integer.MAX_VALUE, 1 << 30)
                        .bidirectional(Merge.SUM)
                        .dropout(1.2345679e-30f)
                        .cellClip(1.2345679e-30f)
                        .gateClip(1.2345679e-30f)
                        .activations(Collections.nCopies(6, wordy))
                        .build())
                .text();
        assertThat(key).contains("device=Ge?r?t ? ?").hasSizeLessThan(2000);
        Fingerprint here = new Fingerprint("1.2.3", "A processor");
        Path file = folder.resolve("tuning.txt");
        TuningFile.write(file, here, Map.of(key, new MeasuredChoice("standard", 1, 1, "measured")));
        assertThat(TuningFile.read(file, here)).containsOnlyKeys(key);
    }
}
