package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.examples.cli.BadInput;
import io.github.fusedrnn.examples.cli.Resources;
import io.github.fusedrnn.examples.training.SystemCheckpoint;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.train.Adam;
import io.github.fusedrnn.train.ClassificationLoss;
import io.github.fusedrnn.train.DataPosition;
import io.github.fusedrnn.train.GradientClip;
import io.github.fusedrnn.train.StreamBatches;
import io.github.fusedrnn.train.StreamBatches.Window;
import java.io.IOException;
import java.nio.file.Path;

/** Windows of a text, the state that is carried from one to the next, and the optimiser of a text model. One thread. */
final class TextTraining implements AutoCloseable {
    private final TextModel text;
    private final LanguageModel model;
    private final StreamBatches windows;
    private final double clip;
    private final String settings;
    private final String checksum;
    private final Resources resources = new Resources();
    private final Adam adam;
    private RecurrentState before;
    private RecurrentState after;

    /**
     * Training from the start of a text; the model stays the caller's.
     *
     * @param settings its text identifies runs that may continue each other
     * @param checksum of the text
     */
    TextTraining(TextModel text, StreamBatches windows, int rows, double clip, Object settings, String checksum) {
        this.text = text;
        this.model = text.model();
        this.windows = windows;
        this.clip = clip;
        this.settings = settings.toString();
        this.checksum = checksum;
        adam = resources.add(Adam.builder(model.parameters()).build());
        before = resources.add(model.layer().newState(rows));
        after = resources.add(model.layer().newState(rows));
    }

    /** Windows done so far. */
    long done() {
        DataPosition at = windows.position();
        return at.epoch() * windows.windowsPerEpoch() + at.batch();
    }

    /** One window: forward, backward through its steps, one update. The state is carried over, its gradient is not. */
    ClassificationLoss step(float rate) {
        adam.setLearningRate(rate);
        Window window = windows.next();
        if (window.first()) {
            before.reset();
        }
        ClassificationLoss measured = model.learn(window.batch(), before, after);
        GradientClip.byGlobalNorm(model.parameters(), clip);
        adam.step();
        RecurrentState next = after;
        after = before;
        before = next;
        return measured;
    }

    /** Writes everything that a resumed run needs for the same bits. */
    void save(Path file) throws IOException {
        text.checkpoint(settings)
                .metadata(SystemCheckpoint.TEXT, checksum)
                .optimizer(adam)
                .state("stream", before)
                .position("windows", windows.position())
                .counter("dropoutCalls", model.layer().dropoutCalls())
                .write(file);
    }

    /** Resumes from what {@link #save} wrote; refuses a checkpoint of other settings or another text. */
    void resume(Path file) throws IOException {
        SystemCheckpoint.read(file, TextModel.SYSTEM, settings, saved -> {
            BadInput.check(
                    text.vocabulary().toText().equals(saved.metadata().get("vocabulary")),
                    file + ": symbols",
                    "different ones",
                    "those of --text");
            SystemCheckpoint.checkText(file, saved, checksum, "--text");
            saved.restore(model.parameters());
            saved.restore(adam);
            saved.restore("stream", before);
            windows.seek(SystemCheckpoint.position(file, saved, "windows"));
            model.layer().setDropoutCalls(saved.counter("dropoutCalls"));
            return saved;
        });
    }

    @Override
    public void close() {
        resources.close();
    }
}
