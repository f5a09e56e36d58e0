package io.github.fusedrnn.examples.sequence;

import io.github.fusedrnn.examples.training.TrainingOptions;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Memorizes a few numbers. */
@Command(
        name = "sequence",
        description = {
            "Train an LSTM without an output layer to memorize a few numbers: 100 cells, random "
                    + "inputs of width 50, h = o c, squared error of the first unit, plain gradient "
                    + "descent.",
            "An epoch is one iteration. Default: -0.5, 0.2, 0.1, -0.5 in 100 at rate 0.1, as published."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class SequenceCommand extends FirstUnitCommand {
    @Option(
            names = "--values",
            paramLabel = "X",
            split = ",",
            defaultValue = "-0.5,0.2,0.1,-0.5",
            description = "Numbers to memorize, each between -1 and 1. Default: ${DEFAULT-VALUE}.")
    private List<Float> values;

    @Override
    Task task(TrainingOptions checks) {
        float[] targets = new float[values.size()];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = values.get(i);
            checks.require(Math.abs(targets[i]) < 1, "--values", values.get(i), "numbers between -1 and 1");
        }
        return new Task(targets, 100, 0.1f, Double.NaN);
    }
}
