package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.examples.cli.BadInput;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.train.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The three files of a corpus in the format of the Penn Treebank: one sentence per line, words separated by blanks. Every sentence ends
 * with the end mark, symbol 0. The vocabulary is that of the training file; a word that it lacks is its word {@code
 * <unk>}, and an error where it lacks that, too.
 *
 * @param vocabulary the end mark, then the words by frequency
 */
record PtbCorpus(Vocabulary vocabulary, List<int[]> train, List<int[]> valid, List<int[]> test) {
    static final String END = "<eos>";
    private static final String UNKNOWN = "<unk>";

    /** Reads {@code ptb.train.txt}, {@code ptb.valid.txt} and {@code ptb.test.txt} of a folder. */
    static PtbCorpus read(Path folder) throws IOException {
        List<List<String>> training = sentences("--data", folder.resolve("ptb.train.txt"));
        List<String> words = training.stream().flatMap(List::stream).toList();
        Vocabulary all = Vocabulary.mostFrequent(words, Integer.MAX_VALUE, END);
        Vocabulary vocabulary = all.contains(UNKNOWN) ? all.withUnknown(UNKNOWN) : all;
        return new PtbCorpus(
                vocabulary,
                encode(vocabulary, folder.resolve("ptb.train.txt"), training),
                encode(
                        vocabulary,
                        folder.resolve("ptb.valid.txt"),
                        sentences("--data", folder.resolve("ptb.valid.txt"))),
                encode(
                        vocabulary,
                        folder.resolve("ptb.test.txt"),
                        sentences("--data", folder.resolve("ptb.test.txt"))));
    }

    /** The words of each line of a file that an option names, without end marks; blank lines are none. */
    static List<List<String>> sentences(String option, Path file) throws IOException {
        BadInput.check(Files.isRegularFile(file), option, file, "an existing file with one sentence per line");
        List<List<String>> sentences = new ArrayList<>();
        for (String line : TextSource.file(file).text().split("\n")) {
            if (!line.isBlank()) {
                sentences.add(List.of(line.strip().split("\\s+")));
            }
        }
        BadInput.check(!sentences.isEmpty(), file.toString(), "no sentence", "one sentence per line");
        return sentences;
    }

    static List<int[]> encode(Vocabulary vocabulary, Path file, List<List<String>> sentences) {
        List<int[]> encoded = new ArrayList<>();
        for (List<String> sentence : sentences) {
            List<String> marked = new ArrayList<>(sentence);
            marked.add(END);
            try {
                encoded.add(vocabulary.encode(file.toString(), marked));
            } catch (IllegalArgumentException e) {
                throw new BadInput(Texts.sentence(e), e);
            }
        }
        return encoded;
    }

    /** The sentences one after another. */
    static int[] stream(List<int[]> sentences) {
        return sentences.stream().flatMapToInt(Arrays::stream).toArray();
    }

    /** Lengths of all sentences, the end mark counted. */
    static int[] lengths(List<int[]> sentences) {
        return sentences.stream().mapToInt(s -> s.length).toArray();
    }
}
