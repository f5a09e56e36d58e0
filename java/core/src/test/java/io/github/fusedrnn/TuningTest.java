package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.internal.layer.TuningFile;
import io.github.fusedrnn.spi.Fingerprint;
import io.github.fusedrnn.spi.MeasuredChoice;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningTest {
    private static final Fingerprint HERE = new Fingerprint("1.2.3", "A processor, L1 48 KiB");
    private static final Map<String, MeasuredChoice> TWO = new TreeMap<>(Map.of(
            "plan T=1 N=1", new MeasuredChoice("one threads=1 chunk=96", 1500, 1500, "measured"),
            "plan T=9 N=1", new MeasuredChoice("units threads=2 chunk=48", 900, 1200, "measured")));

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameAFile() {
        file = folder.resolve("tuning.txt");
    }

    private Tuning measuredByALayer() {
        Tuning tuning = Tuning.measuring();
        try (Lstm layer = layer(tuning)) {
            layer.session(3, 2, 2).close();
        }
        return tuning;
    }

    private static Lstm layer(Tuning tuning) {
        return Lstm.builder(16, 64)
                .backend(BackendKind.CPU)
                .cpuProducts("packed")
                .threads(2)
                .tuning(tuning)
                .build();
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        TuningFile.write(file, HERE, TWO);
        Map<String, MeasuredChoice> read = TuningFile.read(file, HERE);
        assertThat(read.keySet()).isEqualTo(TWO.keySet());
        MeasuredChoice second = read.get("plan T=9 N=1");
        assertThat(second)
                .isEqualTo(new MeasuredChoice("units threads=2 chunk=48", 900, 1200, "loaded from tuning.txt"));
        TuningFile.write(file, HERE, Map.of());
        assertThat(TuningFile.read(file, HERE)).isEmpty();
        assertThat(filesIn(folder)).containsExactly(file);
    }

    @Test
    void aFileFromAnotherVersionOrProcessorIsRefusedAndNamesBoth() throws IOException {
        TuningFile.write(file, HERE, TWO);
        assertThatThrownBy(() -> TuningFile.read(file, new Fingerprint("1.2.4", HERE.machine())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("tuning.txt, line 2", "another version of the library, '1.2.3'", "'1.2.4'");
        assertThatThrownBy(() -> TuningFile.read(file, new Fingerprint(HERE.library(), "B processor")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("line 3", "another processor, 'A processor, L1 48 KiB'", "'B processor'");
    }

    @Test
    void everyTruncatedFileIsRefused() throws IOException {
        TuningFile.write(file, HERE, TWO);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TuningFile.read(file, HERE))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tuning.txt, line ");
        }
    }

    @Test
    void everyFlippedBitIsRefused() throws IOException {
        TuningFile.write(file, HERE, TWO);
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length * 8; i++) {
            byte[] damaged = whole.clone();
            damaged[i / 8] ^= (byte) (1 << (i % 8));
            Files.write(file, damaged);
            assertThatThrownBy(() -> TuningFile.read(file, HERE))
                    .as("bit %d", i)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tuning.txt, line ");
        }
    }

    @Test
    void hostileLinesAreRefusedThoughTheSumFits() throws IOException {
        for (String line : new String[] {
            "units threads=2 | 1 | 1",
            "units threads=99999999999 | 1 | 1 | plan",
            "Units; rm -rf | 1 | 1 | plan",
            "units threads=2 | NaN | 1 | plan",
            "units threads=2 | 1 | -1 | plan",
            "units threads=2 | 1 | 1 | pl\u0007an",
            "units threads=2 | 1 | 1 | " + "x".repeat(3000),
        }) {
            writeWithSum(line);
            assertThatThrownBy(() -> TuningFile.read(file, HERE))
                    .as(line)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("tuning.txt, line 4", "expected: choice | nanoseconds")
                    .satisfies(
                            e -> assertThat(e.getMessage()).hasSizeLessThan(600).doesNotContain("\u0007"));
        }
        writeWithSum("one threads=1 | 1 | 1 | plan\none threads=1 | 1 | 1 | plan");
        assertThatThrownBy(() -> TuningFile.read(file, HERE)).hasMessageContainingAll("line 5", "a second choice");
    }

    /** As {@link TuningFile#write} would have it, with a line of ours. */
    private void writeWithSum(String lines) throws IOException {
        String body = "fusedrnn-tuning 2\nlibrary=1.2.3\nmachine=" + HERE.machine() + "\n" + lines + "\n";
        CRC32 sum = new CRC32();
        sum.update(body.getBytes(StandardCharsets.UTF_8));
        Files.writeString(file, body + "end=" + lines.lines().count() + " " + Long.toHexString(sum.getValue()) + "\n");
    }

    @Test
    void whatIsNoTuningFileIsSaidToBeNone() throws IOException {
        for (byte[] content : new byte[][] {
            {}, "hello\n".getBytes(StandardCharsets.UTF_8), {(byte) 0xff, 0, 1}, new byte[(8 << 20) + 1],
        }) {
            Files.write(file, content);
            assertThatThrownBy(() -> TuningFile.read(file, HERE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tuning.txt, line 1");
        }
        Files.writeString(file, "fusedrnn-tuning 3\n");
        assertThatThrownBy(() -> TuningFile.read(file, HERE)).hasMessageContaining("another version of the format");
    }

    @Test
    void aPathThatCannotBeUsedIsAnIoException() throws IOException {
        Target.CPU_PLAIN.require();
        Tuning tuning = Tuning.measuring();
        assertThatThrownBy(() -> Tuning.load(file)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> tuning.save(folder.resolve("missing").resolve("file")))
                .isInstanceOf(IOException.class);
        Path occupied = Files.createDirectories(folder.resolve("a folder").resolve("inside"))
                .getParent();
        assertThatThrownBy(() -> tuning.save(occupied)).isInstanceOf(IOException.class);
        assertThat(filesIn(folder)).containsExactly(occupied);
    }

    @Test
    void aLayerTakesWhatWasMeasuredSavedAndLoaded() throws IOException {
        Target.CPU_PLAIN.require();
        Tuning measured = measuredByALayer();
        assertThat(measured.size()).isEqualTo(1);
        measured.save(file);
        Tuning loaded = Tuning.load(file);
        assertThat(loaded.size()).isEqualTo(1);
        try (Lstm before = layer(measured);
                Lstm after = layer(loaded);
                Session first = before.session(3, 2, 2);
                Session again = after.session(3, 2, 2);
                Session other = after.session(4, 2, 2)) {
            assertThat(first.explain().source()).contains("this process", " us a call");
            assertThat(again.explain().source())
                    .startsWith("loaded from tuning.txt: ")
                    .contains(" us a call");
            assertThat(again.explain().choice()).isEqualTo(first.explain().choice());
            assertThat(other.explain().source()).isEqualTo("by rule, from shape, caches and threads");
        }
        assertThat(loaded.size()).isEqualTo(1);
        Tuning more = loaded.alsoMeasuring();
        try (Lstm layer = layer(more)) {
            layer.session(4, 2, 2).close();
        }
        assertThat(more.size()).isEqualTo(2);
        assertThat(loaded.size()).isEqualTo(1);
    }

    @Test
    void aLoadedChoiceThatDoesNotFitIsRefusedByTheLayer() throws IOException {
        Target.CPU_PLAIN.require();
        measuredByALayer().save(file);
        String saved = Files.readString(file);
        String[] lines = saved.split("\n");
        String plan = lines[3].substring(lines[3].lastIndexOf('|') + 2);
        TuningFile.write(
                file,
                BackendRegistry.open(BackendKind.CPU).fingerprint(),
                Map.of(plan, new MeasuredChoice("units threads=77 chunk=96", 1, 1, "")));
        try (Lstm layer = layer(Tuning.load(file))) {
            assertThatThrownBy(() -> layer.session(3, 2, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("plan for T = 3, N = 2", "units threads=77 chunk=96");
        }
    }

    @Test
    void manyThreadsShareOne() throws Exception {
        Target.CPU_PLAIN.require();
        Tuning tuning = Tuning.measuring();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Lstm layer = layer(tuning);
                FloatTensor x = layer.newInput(3, 2)) {
            x.fill(0.5f);
            List<Future<float[]>> results = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                results.add(threads.submit(() -> {
                    try (RecurrentOutput out = layer.infer(x)) {
                        return out.y().toArray();
                    }
                }));
            }
            float[] expected = results.get(0).get();
            for (Future<float[]> result : results) {
                assertThat(result.get()).containsExactly(expected);
            }
            assertThat(tuning.size()).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void theRuleMeasuresNothing() {
        Target.CPU_PLAIN.require();
        try (Lstm layer = layer(Tuning.RULE)) {
            layer.session(3, 2, 2).close();
        }
        assertThat(Tuning.RULE.size()).isZero();
    }

    @Test
    void openBlasProductsAreNeverMeasuredBecauseTheirBitsWouldChange() {
        Target.CPU_PLAIN.require();
        Tuning tuning = Tuning.measuring();
        try (Lstm layer = Lstm.builder(16, 64)
                        .backend(BackendKind.CPU)
                        .cpuProducts("openblas")
                        .threads(2)
                        .tuning(tuning)
                        .build();
                Session session = layer.session(3, 2, 2)) {
            assertThat(session.explain().source()).startsWith("by rule");
        }
        assertThat(tuning.size()).isZero();
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
