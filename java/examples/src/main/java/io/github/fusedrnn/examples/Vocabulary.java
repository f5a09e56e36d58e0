package io.github.fusedrnn.examples;

import java.util.Arrays;

/** The characters that a model knows, numbered in the order of their code points. Immutable. */
final class Vocabulary {
    private final int[] characters;

    private Vocabulary(int[] characters) {
        this.characters = characters;
    }

    /** Every character of a text. */
    static Vocabulary of(String text) {
        return new Vocabulary(text.codePoints().distinct().sorted().toArray());
    }

    /** V. */
    int size() {
        return characters.length;
    }

    /** All characters in order: what {@link #of} makes the same vocabulary from. */
    @Override
    public String toString() {
        return new String(characters, 0, characters.length);
    }

    /** The text of one symbol. */
    String character(int symbol) {
        return Character.toString(characters[symbol]);
    }

    /**
     * A text's symbols.
     *
     * @param what the text is, for the message
     * @throws IllegalArgumentException if a character is not in the vocabulary
     */
    int[] encode(String what, String text) {
        return text.codePoints()
                .map(c -> {
                    int symbol = Arrays.binarySearch(characters, c);
                    if (symbol < 0) {
                        throw new IllegalArgumentException(
                                what + ": the character '" + Character.toString(c) + "' (U+" + Texts.format("%04X", c)
                                        + ") (expected: one of the " + size() + " that the model knows)");
                    }
                    return symbol;
                })
                .toArray();
    }
}
