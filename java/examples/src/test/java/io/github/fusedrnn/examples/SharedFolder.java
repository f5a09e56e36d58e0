package io.github.fusedrnn.examples;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Test material that stands beside the project, where {@code -Dfusedrnn.shared=} points. */
public final class SharedFolder {
    private SharedFolder() {}

    /** A folder of it; the calling test is skipped, with a sentence that says so, where it is absent. */
    public static Path require(String folder) {
        Path path = Path.of(System.getProperty("fusedrnn.shared", "../../../shared"))
                .resolve(folder);
        Assumptions.assumeTrue(
                Files.isDirectory(path),
                () -> "skipped: no folder " + path + "; set -Dfusedrnn.shared=FOLDER to run this test");
        return path;
    }
}
