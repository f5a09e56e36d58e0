package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.train.Vocabulary;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The sizes of a text model. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TextModelOptions {
    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            defaultValue = "char",
            description =
                    "Tokens of the text: char or word; a line break ends a sentence. Default: " + "${DEFAULT-VALUE}.")
    private TextLevel level;

    @Option(
            names = "--min-count",
            paramLabel = "N",
            description = "Symbols that occur less often are read as <unk>; with 1 there is no <unk>, and unknown "
                    + "symbols are refused. Default: 1 for char, 2 for word.")
    private @Nullable Integer minCount;

    @Option(
            names = "--cell",
            paramLabel = "CELL",
            defaultValue = "lstm",
            description = "lstm or gru. Default: ${DEFAULT-VALUE}.")
    private CellKind cell;

    @Option(
            names = "--hidden",
            paramLabel = "H",
            defaultValue = "128",
            description = "Units per layer. Default: ${DEFAULT-VALUE}.")
    private int hidden;

    @Option(
            names = "--layers",
            paramLabel = "L",
            defaultValue = "2",
            description = "Recurrent layers. Default: ${DEFAULT-VALUE}.")
    private int layers;

    @Option(
            names = "--embedding",
            paramLabel = "E",
            defaultValue = "64",
            description = "Width of the embedding, 0 for one-hot. Default: ${DEFAULT-VALUE}.")
    private int embedding;

    @Option(
            names = "--dropout",
            paramLabel = "P",
            defaultValue = "0",
            description = "Dropout between layers. Default: ${DEFAULT-VALUE}.")
    private float dropout;

    public void check(LayerOptions command) {
        command.requirePositive("--min-count", minCount);
        command.require(cell != CellKind.RNN, "--cell", "rnn", "lstm or gru");
        command.requirePositive("--hidden", hidden);
        command.requirePositive("--layers", layers);
        command.require(embedding >= 0, "--embedding", embedding, "an integer >= 0");
        command.requireDropout("--dropout", dropout);
    }

    TextLevel level() {
        return level;
    }

    /** The symbols of a text. */
    Vocabulary vocabulary(String text) {
        return level.vocabulary(level.tokens(text), minCount != null ? minCount : level.usualCount());
    }

    /** The sizes, with a vocabulary. */
    LanguageModel.Size size(int symbols) {
        return new LanguageModel.Size(cell, symbols, embedding, hidden, layers, dropout);
    }
}
