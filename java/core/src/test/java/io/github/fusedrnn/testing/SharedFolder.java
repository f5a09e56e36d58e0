package io.github.fusedrnn.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** Test material that stands beside the project, in {@code ../shared} or where {@code -Dfusedrnn.shared=} points. */
public final class SharedFolder {
    private SharedFolder() {}

    /** A folder of it; the calling test is skipped, with a sentence that says so, where it is absent. */
    public static Path require(String folder) {
        Path path = root().resolve(folder);
        Assumptions.assumeTrue(
                Files.isDirectory(path),
                () -> "skipped: no " + folder + " in " + root() + "; set -Dfusedrnn.shared=FOLDER to run this test");
        return path;
    }

    /**
     * Whether a folder of it is there. A factory of dynamic tests that is skipped itself is not counted by every runner, so such a factory
     * gives one test that calls {@link #require} instead.
     */
    public static boolean has(String folder) {
        return Files.isDirectory(root().resolve(folder));
    }

    private static Path root() {
        String property = System.getProperty("fusedrnn.shared", "");
        if (!property.isEmpty()) {
            return Path.of(property);
        }
        @Nullable Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve("native/include"))) {
            folder = folder.getParent();
        }
        return folder == null ? Path.of("shared") : folder.resolveSibling("shared");
    }
}
