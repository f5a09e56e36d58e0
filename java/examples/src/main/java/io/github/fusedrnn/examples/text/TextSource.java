package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.examples.cli.BadInput;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A text to train on.
 *
 * @param name where it is from
 * @param text the text
 */
record TextSource(String name, String text) {
    /** Less than this is too short a text to train on. */
    private static final int ENOUGH = 50_000;

    private static final int GENERATED = 300_000;

    /** A file in UTF-8. */
    static TextSource file(Path path) throws IOException {
        try {
            return new TextSource(path.toString(), Files.readString(path, StandardCharsets.UTF_8));
        } catch (CharacterCodingException e) {
            throw new BadInput(path + ": not valid UTF-8 (expected: a text in UTF-8)", e);
        }
    }

    /** The licences that every full JDK ships, or, where they are missing, generated sentences. */
    static TextSource builtIn() throws IOException {
        Path legal = Path.of(System.getProperty("java.home"), "legal");
        if (Files.isDirectory(legal)) {
            String text = licences(legal);
            if (text.length() >= ENOUGH) {
                return new TextSource("the license texts of this Java (" + legal + ")", text);
            }
        }
        return generated();
    }

    /** All texts below a folder, each once: most modules have copies of, or links to, the same licences. */
    private static String licences(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder.toRealPath())) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        Set<String> texts = new LinkedHashSet<>();
        for (Path file : files) {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            // printable ASCII only: names with rare letters would make a vocabulary of hundreds
            texts.add(text.replace("\r", "").replaceAll("[^\\n\\x20-\\x7e]", ""));
        }
        return String.join("\n", texts);
    }

    /** Sums and comparisons in words: simple and deterministic. */
    static TextSource generated() {
        String[] words = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"};
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder text = new StringBuilder();
        while (text.length() < GENERATED) {
            int a = random.nextInt(6);
            int b = random.nextInt(6);
            String sentence =
                    switch (random.nextInt(3)) {
                        case 0 -> words[a] + " and " + words[b] + " make " + words[a + b] + ".";
                        case 1 -> words[a + b] + " less " + words[a] + " leaves " + words[b] + ".";
                        default ->
                            words[a] + (a < b ? " is less than " : a > b ? " is more than " : " is the same as ")
                                    + words[b] + ".";
                    };
            text.append(Character.toUpperCase(sentence.charAt(0)))
                    .append(sentence, 1, sentence.length())
                    .append('\n');
        }
        return new TextSource("generated sums in words", text.toString());
    }
}
