package io.github.fusedrnn.formats.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the seeds of one target into a folder, for the fuzzer to begin with: {@code FuzzSeeds TARGET-CLASS FOLDER}. */
public final class FuzzSeeds {
    private FuzzSeeds() {}

    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        Path folder = Files.createDirectories(Path.of(args[1]));
        int number = 0;
        for (byte[] seed : of(Class.forName(args[0]))) {
            Files.write(folder.resolve("seed-" + number++), seed);
        }
    }

    /** What {@code TARGET.seeds()} gives: inputs that are read without complaint. */
    @SuppressWarnings("unchecked")
    static List<byte[]> of(Class<?> target) throws ReflectiveOperationException {
        return (List<byte[]>) target.getMethod("seeds").invoke(null);
    }
}
