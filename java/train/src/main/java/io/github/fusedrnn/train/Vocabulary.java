package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Symbols (words, characters, tags) and their numbers, from 0. Immutable, free to share. */
public final class Vocabulary {
    private final List<String> symbols;
    private final Map<String, Integer> numbers;
    private final @Nullable Integer unknown;

    private Vocabulary(List<String> symbols, @Nullable String unknown) {
        this.symbols = List.copyOf(symbols);
        this.numbers = new HashMap<>();
        for (String symbol : this.symbols) {
            numbers.put(symbol, numbers.size());
        }
        this.unknown = unknown == null ? null : numbers.get(unknown);
    }

    /**
     * The different symbols of a list, numbered in its order.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Vocabulary of(Collection<String> symbols) {
        Checks.argument(!symbols.isEmpty(), "symbols", "none", "at least one");
        return new Vocabulary(new ArrayList<>(new LinkedHashSet<>(symbols)), null);
    }

    /**
     * Reserved symbols, then the most frequent symbols of a text, those of the same frequency in the order of their
     * characters.
     *
     * @param tokens the text
     * @param limit the largest size, the reserved symbols among it
     * @param reserved come first, in this order, however often they occur
     * @throws IllegalArgumentException if there is neither a token nor a reserved symbol, or the limit leaves no room
     */
    public static Vocabulary mostFrequent(Iterable<String> tokens, int limit, String... reserved) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (String token : tokens) {
            counts.merge(token, 1L, Long::sum);
        }
        LinkedHashSet<String> chosen = new LinkedHashSet<>(List.of(reserved));
        Checks.argument(limit >= Math.max(1, chosen.size()), "limit", limit, "room for the reserved symbols");
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Collections.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
                .map(Map.Entry::getKey)
                .filter(symbol -> !List.of(reserved).contains(symbol))
                .limit(limit - chosen.size())
                .forEach(chosen::add);
        return of(chosen);
    }

    /**
     * The same symbols, with one of them as the symbol for unknown ones.
     *
     * @throws IllegalArgumentException if it is not among them
     */
    public Vocabulary withUnknown(String symbol) {
        Checks.argument(contains(symbol), "unknown", "'" + symbol + "'", "one of the " + size() + " symbols");
        return new Vocabulary(symbols, symbol);
    }

    /** V. */
    public int size() {
        return symbols.size();
    }

    /** All symbols, in order. */
    public List<String> symbols() {
        return symbols;
    }

    /** The symbol of a number. */
    public String symbol(int number) {
        return symbols.get(number);
    }

    /** Whether a symbol is one of these. */
    public boolean contains(String symbol) {
        return numbers.containsKey(symbol);
    }

    /**
     * A symbol's number, that of the unknown symbol where it is none of these.
     *
     * @throws IllegalArgumentException if it is none of these and there is no symbol for unknown ones
     */
    public int number(String symbol) {
        return number("symbol", symbol);
    }

    private int number(String what, String symbol) {
        Integer number = numbers.get(symbol);
        if (number == null) {
            number = unknown;
        }
        if (number == null) {
            throw Checks.wrong(what, describe(symbol), "one of the " + size() + " known symbols");
        }
        return number;
    }

    private static String describe(String symbol) {
        return symbol.codePointCount(0, symbol.length()) == 1
                ? "the character '" + symbol + "' (U+" + String.format("%04X", symbol.codePointAt(0)) + ")"
                : "'" + symbol + "'";
    }

    /**
     * The numbers of a text.
     *
     * @param what the text is, for the message
     * @throws IllegalArgumentException if a symbol is none of these and there is no symbol for unknown ones
     */
    public int[] encode(String what, List<String> tokens) {
        int[] encoded = new int[tokens.size()];
        for (int i = 0; i < encoded.length; i++) {
            encoded[i] = number(what, tokens.get(i));
        }
        return encoded;
    }

    /** The text of some numbers. */
    public List<String> decode(int... encoded) {
        List<String> tokens = new ArrayList<>();
        for (int number : encoded) {
            tokens.add(symbol(number));
        }
        return tokens;
    }

    /** All symbols in one string, each behind its length and a colon, for {@link #parse}; an unknown symbol is not in it. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        symbols.forEach(symbol -> text.append(symbol.length()).append(':').append(symbol));
        return text.toString();
    }

    /**
     * Reads what {@link #toText} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Vocabulary parse(String text) {
        List<String> symbols = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int colon = text.indexOf(':', at);
            int end;
            try {
                end = Math.addExact(colon + 1, Integer.parseInt(text.substring(at, Math.max(at, colon))));
            } catch (NumberFormatException | ArithmeticException e) {
                end = Integer.MAX_VALUE;
            }
            Checks.argument(
                    end > colon && end <= text.length(), "vocabulary", "no length at character " + at, "length:symbol");
            symbols.add(text.substring(colon + 1, end));
            at = end;
        }
        Vocabulary vocabulary = of(symbols);
        Checks.argument(vocabulary.size() == symbols.size(), "vocabulary", "a symbol twice", "different symbols");
        return vocabulary;
    }
}
