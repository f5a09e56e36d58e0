package io.github.fusedrnn.examples.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A folder in the Penn Treebank's form, of sums in words. */
public final class TinyCorpus {
    private TinyCorpus() {}

    public static Path write(Path folder, int sentences) throws IOException {
        List<String> lines = TextSource.generated()
                .text()
                .toLowerCase(java.util.Locale.ROOT)
                .replace(".", " .")
                .lines()
                .limit(sentences + 100)
                .toList();
        Files.write(folder.resolve("ptb.train.txt"), lines.subList(0, sentences));
        Files.write(folder.resolve("ptb.valid.txt"), lines.subList(sentences, sentences + 50));
        Files.write(folder.resolve("ptb.test.txt"), lines.subList(sentences + 50, sentences + 100));
        return folder;
    }
}
