package io.github.fusedrnn.examples.seq2seq;

import io.github.fusedrnn.examples.cli.BadInput;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.train.BeamSearch;
import io.github.fusedrnn.train.Vocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Strings around an encoder and decoder of characters. One thread. */
final class Rewriter {
    private static final Vocabulary CHARACTERS = Vocabulary.of(
            Stream.concat(Stream.of("<mark>"), RewriteTask.CHARACTERS.chars().mapToObj(Character::toString))
                    .toList());

    private final EncoderDecoder model;
    private final boolean reverseInput;
    private final int longest;

    /** Writes up to {@code longest} characters. */
    Rewriter(EncoderDecoder model, boolean reverseInput, int longest) {
        this.model = model;
        this.reverseInput = reverseInput;
        this.longest = longest;
    }

    /** Different symbols, the mark among them. */
    static int symbols() {
        return CHARACTERS.size();
    }

    /**
     * Refuses a text with a character that the model cannot know.
     *
     * @param name of what gave the text
     */
    static void check(String name, String text) {
        try {
            CHARACTERS.encode(name, List.of(text.split("")));
        } catch (IllegalArgumentException e) {
            throw new BadInput(Texts.sentence(e), e);
        }
    }

    private int[] source(String text) {
        String read = reverseInput ? new StringBuilder(text).reverse().toString() : text;
        return CHARACTERS.encode("source", List.of(read.split("")));
    }

    private List<int[]> sources(List<RewriteTask.Pair> pairs) {
        return pairs.stream().map(pair -> source(pair.source())).toList();
    }

    private static List<int[]> targets(List<RewriteTask.Pair> pairs) {
        return pairs.stream()
                .map(pair -> CHARACTERS.encode("target", List.of(pair.target().split(""))))
                .toList();
    }

    /** Forward and backward; the mean loss of a character. */
    double train(List<RewriteTask.Pair> pairs) {
        return model.train(sources(pairs), targets(pairs));
    }

    /** Share of the targets that greedy decoding writes exactly. */
    double exact(List<RewriteTask.Pair> pairs) {
        try (Decoding decoding = model.read(sources(pairs))) {
            return share(decoding.greedy(longest), targets(pairs));
        }
    }

    /** Share of the targets that are a beam search's likeliest result. */
    double exact(List<RewriteTask.Pair> pairs, int beam) {
        return share(sources(pairs).stream().map(source -> best(source, beam)).toList(), targets(pairs));
    }

    /** What a beam search makes of a text. */
    String rewrite(String text, int beam) {
        return String.join("", CHARACTERS.decode(best(source(text), beam)));
    }

    private int[] best(int[] source, int beam) {
        try (Decoding decoding = model.read(List.of(source))) {
            BeamSearch.Hypothesis best = decoding.beam(beam, longest).get(0);
            return best.symbols().stream().mapToInt(i -> i).toArray();
        }
    }

    private static double share(List<int[]> written, List<int[]> expected) {
        int right = 0;
        for (int i = 0; i < expected.size(); i++) {
            right += Arrays.equals(written.get(i), expected.get(i)) ? 1 : 0;
        }
        return (double) right / expected.size();
    }
}
