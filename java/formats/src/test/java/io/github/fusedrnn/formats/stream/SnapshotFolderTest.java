package io.github.fusedrnn.formats.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.RecurrentStream;
import io.github.fusedrnn.StreamSnapshot;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.stream.StreamPool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFolderTest {
    /** How often the process that writes is killed; {@code -Dfusedrnn.stress.kills} sets it. */
    private static final int KILLS = Integer.getInteger("fusedrnn.stress.kills", 10);

    private static final int STREAMS = 3;
    private static final int MOST_SAVES = 60;

    @TempDir
    Path folder;

    private static Gru layer() {
        return Gru.builder(1, 300).seed(1).backend(BackendKind.REFERENCE).build();
    }

    @Test
    void aPoolFindsItsStreamsAgain() throws IOException {
        float[] x = {1};
        float[] expected = new float[300];
        try (Gru layer = layer();
                RecurrentStream single = layer.stream()) {
            try (StreamPool pool =
                    StreamPool.builder(layer).store(new SnapshotFolder(folder)).build()) {
                pool.submit(-1, x);
            }
            Files.writeString(folder.resolve("." + "ffffffffffffffff.frstream.12ab.tmp"), "left half written");
            SnapshotFolder again = new SnapshotFolder(folder);
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).containsExactly(again.file(-1));
            }
            assertThat(again.file(-1)).hasFileName("ffffffffffffffff.frstream");
            single.step(x, 0, expected, 0);
            single.step(x, 0, expected, 0);
            try (StreamPool pool = StreamPool.builder(layer).store(again).build()) {
                assertThat(pool.submit(-1, x).toCompletableFuture().join()).isEqualTo(expected);
                pool.remove(-1).toCompletableFuture().join();
            }
            assertThat(again.load(-1)).isNull();
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void aDiskThatRefusesIsReported() throws IOException {
        SnapshotFolder store = new SnapshotFolder(folder.resolve("new"));
        Files.createDirectory(store.file(1));
        Files.writeString(store.file(1).resolve("inside"), "in the way");
        assertThatThrownBy(() -> store.save(1, new byte[3])).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> store.load(1)).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> store.remove(1)).isInstanceOf(UncheckedIOException.class);
    }

    /** The process is killed at any moment, as with kill -9, while it writes one snapshot after the other. */
    @Test
    void everySnapshotOnDiskIsWholeWheneverTheWriterIsKilled() throws IOException, InterruptedException {
        Random random = new Random(1);
        long[] steps = new long[STREAMS];
        int leftAside = 0;
        try (Gru layer = layer();
                RecurrentStream stream = layer.stream()) {
            for (int kill = 0; kill < KILLS; kill++) {
                killWhileWriting(1 + random.nextInt(MOST_SAVES), random.nextInt(300_000));
                leftAside += Files.exists(folder) ? halfWritten() : 0;
                SnapshotFolder store = new SnapshotFolder(folder);
                for (int s = 0; s < STREAMS; s++) {
                    byte[] bytes = store.load(s);
                    if (bytes == null) {
                        assertThat(steps[s])
                                .as("stream %d after kill %d", s, kill)
                                .isZero();
                        continue;
                    }
                    stream.restore(bytes);
                    assertThat(stream.steps())
                            .as("stream %d after kill %d", s, kill)
                            .isGreaterThanOrEqualTo(steps[s]);
                    steps[s] = stream.steps();
                }
                assertThat(halfWritten()).isZero();
            }
        }
        System.out.printf(
                "snapshots: %d kills, %d of them with a file half written aside, every snapshot whole%n",
                KILLS, leftAside);
    }

    private int halfWritten() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return (int) files.filter(file -> file.toString().endsWith(".tmp")).count();
        }
    }

    private void killWhileWriting(int saves, int nanos) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader printed =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < saves; i++) {
                assertThat(printed.readLine()).isEqualTo("saved");
            }
            long now = System.nanoTime();
            while (System.nanoTime() - now < nanos) {
                Thread.onSpinWait();
            }
            writer.destroyForcibly();
            writer.waitFor();
        }
    }

    /** Steps streams that go on where they were, and saves each after each step, until it is killed. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws IOException {
            SnapshotFolder store = new SnapshotFolder(Path.of(args[0]));
            try (Gru layer = layer();
                    RecurrentStream stream = layer.stream()) {
                float[] y = new float[300];
                while (true) {
                    for (int s = 0; s < STREAMS; s++) {
                        stream.reset();
                        byte[] old = store.load(s);
                        if (old != null) {
                            StreamSnapshot.parse(old);
                            stream.restore(old);
                        }
                        stream.step(new float[] {s}, 0, y, 0);
                        store.save(s, stream.snapshot());
                        System.out.println("saved");
                    }
                }
            }
        }
    }
}
