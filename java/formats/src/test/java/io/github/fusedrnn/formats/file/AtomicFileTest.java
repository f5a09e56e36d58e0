package io.github.fusedrnn.formats.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void writeOldFile() throws IOException {
        file = Files.writeString(folder.resolve("file"), "old");
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void replacesTheWholeFile() throws IOException {
        AtomicFile.replace(file, channel -> channel.write(text("n")));
        assertThat(file).hasContent("n");
        assertThat(names()).containsExactly("file");
    }

    @Test
    void theOldFileStandsUntilTheNewOneIsComplete() throws IOException {
        AtomicFile.replace(file, channel -> {
            channel.write(text("new, but"));
            assertThat(file).hasContent("old");
            assertThat(names()).hasSize(2);
        });
        assertThat(file).hasContent("new, but");
    }

    @Test
    void aFailureWhileWritingLeavesTheOldFileAndNothingElse() throws IOException {
        for (Throwable failure :
                List.of(new IOException("disk full"), new IllegalStateException(), new OutOfMemoryError())) {
            assertThatThrownBy(() -> AtomicFile.replace(file, channel -> {
                        channel.write(text("half of the ne"));
                        if (failure instanceof IOException io) {
                            throw io;
                        } else if (failure instanceof RuntimeException runtime) {
                            throw runtime;
                        }
                        throw (Error) failure;
                    }))
                    .isSameAs(failure);
            assertThat(file).hasContent("old");
            assertThat(names()).containsExactly("file");
        }
    }

    @Test
    void anInterruptLeavesTheOldFileAndNothingElse() throws IOException {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> AtomicFile.replace(file, channel -> channel.write(text("new"))))
                    .isInstanceOf(ClosedByInterruptException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(file).hasContent("old");
        assertThat(names()).containsExactly("file");
    }

    @Test
    void aFailedRenameLeavesNothingAside() throws IOException {
        Path occupied = Files.createDirectory(folder.resolve("occupied"));
        Files.writeString(occupied.resolve("inside"), "kept");
        assertThatThrownBy(() -> AtomicFile.replace(occupied, channel -> channel.write(text("new"))))
                .isInstanceOf(IOException.class);
        assertThat(occupied.resolve("inside")).hasContent("kept");
        assertThat(names()).containsExactly("file", "occupied");
    }

    @Test
    void aSymbolicLinkGoesOnPointingToTheNewContent() throws IOException {
        Path link = folder.resolve("link");
        try {
            Files.createSymbolicLink(link, file);
        } catch (IOException | UnsupportedOperationException notHere) {
            assumeThat(false).as("symbolic links: %s", notHere).isTrue();
        }
        AtomicFile.replace(link, channel -> channel.write(text("new")));
        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("new");
    }

    /** The process ends in the middle, without finally blocks or shutdown hooks, as when it is killed. */
    @Test
    void aCrashLeavesTheOldFileWhole() throws IOException, InterruptedException, URISyntaxException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = location(AtomicFile.class) + File.pathSeparator + location(Crash.class);
        Process process = new ProcessBuilder(java, "-cp", classes, Crash.class.getName(), file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(output).isEqualTo(Crash.EXIT);
        assertThat(file).hasContent("old");
        assertThat(names()).hasSize(2).first().asString().startsWith(".file.").endsWith(".tmp");
    }

    private static String location(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    /** Dies while it replaces the file. */
    static final class Crash {
        static final int EXIT = 86;

        private Crash() {}

        public static void main(String[] args) throws IOException {
            AtomicFile.replace(Path.of(args[0]), channel -> {
                channel.write(text("half of the ne"));
                Runtime.getRuntime().halt(EXIT);
            });
        }
    }
}
