package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.examples.cli.BadInput;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.SystemCheckpoint;
import io.github.fusedrnn.train.Embedding;
import io.github.fusedrnn.train.Vocabulary;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One vector for each of some words: what word2vec learns.
 *
 * @param vocabulary V words
 * @param width D
 * @param values {@code [V, D]}; not copied
 */
record WordVectors(Vocabulary vocabulary, int width, float[] values) {
    static final String SYSTEM = "word2vec";
    /** What the table is called in a file. */
    static final String BLOCK = "vectors";

    /** Reads a file that the command word2vec saved. */
    static WordVectors read(Path file) throws IOException {
        BadInput.check(Files.isRegularFile(file), "--vectors", file, "an existing file");
        return SystemCheckpoint.read(file, SYSTEM, saved -> {
            Vocabulary vocabulary = Vocabulary.parse(saved.metadata().getOrDefault("vocabulary", ""));
            float[] values = saved.weights(BLOCK + ".weight");
            return new WordVectors(vocabulary, values.length / vocabulary.size(), values);
        });
    }

    /** The words whose vectors have the largest cosine with a word's, the nearest first. */
    List<String> nearest(String word, int count) {
        BadInput.check(vocabulary.contains(word), "--nearest", "'" + word + "'", "a word of the text");
        int centre = vocabulary.number(word);
        double[] cosines = IntStream.range(0, vocabulary.size())
                .mapToDouble(other -> cosine(centre, other))
                .toArray();
        return IntStream.range(0, cosines.length)
                .filter(other -> other != centre)
                .boxed()
                .sorted(Comparator.comparingDouble(other -> -cosines[other]))
                .limit(count)
                .map(other -> Texts.format("%s %.2f", vocabulary.symbol(other), cosines[other]))
                .toList();
    }

    private double cosine(int a, int b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < width; i++) {
            float x = values[a * width + i];
            float y = values[b * width + i];
            dot += x * y;
            aa += x * x;
            bb += y * y;
        }
        return dot / Math.max(Math.sqrt(aa * bb), Double.MIN_NORMAL);
    }

    /**
     * Puts the vectors of the words that both know into a table, all scaled by one factor to the root mean square that
     * the table had: a start of another size would be another experiment.
     */
    String start(Embedding table, Vocabulary words) {
        BadInput.check(table.width() == width, "--vectors", "width " + width, table.width() + ", as the embedding");
        double factor = Math.sqrt(meanSquare(table.weight().toArray()) / meanSquare(values));
        int found = 0;
        for (int word = 0; word < words.size(); word++) {
            if (vocabulary.contains(words.symbol(word))) {
                float[] row = new float[width];
                int from = vocabulary.number(words.symbol(word)) * width;
                for (int i = 0; i < width; i++) {
                    row[i] = (float) (factor * values[from + i]);
                }
                table.weight().copyFrom((long) word * width, FloatBuffer.wrap(row));
                found++;
            }
        }
        return Texts.format("embedding initialized from the vectors of %d of %d words", found, words.size());
    }

    private static double meanSquare(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value * value;
        }
        return Math.max(sum / values.length, Double.MIN_NORMAL);
    }
}
