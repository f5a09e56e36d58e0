package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.train.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tokens of a text. */
enum TextLevel {
    /** Characters; a sentence ends with its line. */
    CHAR("\n", 1) {
        @Override
        List<String> tokens(String text) {
            return text.codePoints().mapToObj(Character::toString).toList();
        }

        @Override
        String text(String token, boolean first) {
            return token;
        }
    },
    /** Words between blanks; a line's end is a word, too. */
    WORD("<eos>", 2) {
        @Override
        List<String> tokens(String text) {
            List<String> tokens = new ArrayList<>();
            for (String line : text.split("\n", -1)) {
                if (!line.isBlank()) {
                    tokens.addAll(List.of(line.strip().split("\\s+")));
                }
                tokens.add(end());
            }
            tokens.remove(tokens.size() - 1); // what follows the last line break is no line yet
            return tokens;
        }

        @Override
        String text(String token, boolean first) {
            return token.equals(end()) ? "\n" : first ? token : " " + token;
        }
    };

    /** The symbol for all that are too rare for the vocabulary. */
    static final String UNKNOWN = "<unk>";

    private final String end;
    private final int usualCount;

    TextLevel(String end, int usualCount) {
        this.end = end;
        this.usualCount = usualCount;
    }

    /** The mark at the end of a sentence. */
    String end() {
        return end;
    }

    /** The default minimum count of a symbol in the vocabulary. */
    int usualCount() {
        return usualCount;
    }

    /** Splits a text. */
    abstract List<String> tokens(String text);

    /** A token as it is printed, behind another one or first in its line. */
    abstract String text(String token, boolean first);

    /**
     * The end mark and every symbol that occurs often enough, characters in their own order, words by frequency; with a
     * count above 1 also the mark that stands for the others.
     */
    Vocabulary vocabulary(List<String> tokens, int count) {
        Map<String, Long> counts =
                tokens.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        List<String> known = tokens.stream()
                .filter(token -> counts.getOrDefault(token, 0L) >= count)
                .toList();
        String[] marks = count > 1 ? new String[] {end, UNKNOWN} : new String[] {end};
        Vocabulary vocabulary = this == CHAR
                ? Vocabulary.of(
                        Stream.concat(Stream.of(marks), known.stream().sorted()).toList())
                : Vocabulary.mostFrequent(known, Integer.MAX_VALUE, marks);
        return count > 1 ? vocabulary.withUnknown(UNKNOWN) : vocabulary;
    }
}
