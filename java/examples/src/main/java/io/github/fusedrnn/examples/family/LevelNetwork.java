package io.github.fusedrnn.examples.family;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.train.Parameters;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fully recurrent levels, each fed by the state of the one below, each of which updates with a period of its own. The state is that of all
 * levels, the highest first.
 */
abstract class LevelNetwork implements StateNetwork {
    private final List<FullyRecurrentNetwork> levels = new ArrayList<>();
    private final int[] periods;
    private final int[] places;
    private final int stateSize;
    private final Parameters parameters;
    private int clock;

    /** Draws the weights of levels of {@code units}, from the lowest; level i updates when the clock is a multiple of {@code periods[i]}. */
    LevelNetwork(int inputSize, int[] units, int[] periods, BackendKind backend, long seed) {
        this.periods = periods.clone();
        this.places = new int[units.length];
        Parameters.Builder all = Parameters.builder();
        int width = inputSize;
        int sum = 0;
        for (int i = 0; i < units.length; i++) {
            FullyRecurrentNetwork level =
                    new FullyRecurrentNetwork(width, units[i], Activation.TANH, backend, seed + i);
            levels.add(level);
            all.add("level" + i, level.parameters().blocks().values().iterator().next());
            width = units[i];
            sum += units[i];
            places[i] = -sum;
        }
        stateSize = sum;
        for (int i = 0; i < places.length; i++) {
            places[i] += sum;
        }
        parameters = all.build();
    }

    @Override
    public final int inputSize() {
        return levels.get(0).inputSize();
    }

    @Override
    public final int stateSize() {
        return stateSize;
    }

    @Override
    public final BackendKind backend() {
        return levels.get(0).backend();
    }

    @Override
    public final Parameters parameters() {
        return parameters;
    }

    /** Starts a sequence: the clock is zero. */
    @Override
    public final void start(FloatTensor state) {
        state.fill(0);
        clock = 0;
    }

    /** A level's part of a vector over all levels. */
    private FloatTensor part(FloatTensor all, int level) {
        return all.reshape(stateSize).slice(places[level], levels.get(level).stateSize());
    }

    @Override
    public final Step step(FloatTensor x, FloatTensor state, FloatTensor next) {
        clock++;
        List<LevelStep> updated = new ArrayList<>();
        FloatTensor input = x;
        for (int i = 0; i < levels.size(); i++) {
            if (clock % periods[i] == 0) {
                LevelStep step = new LevelStep(i, input, part(state, i));
                part(next, i).copyFrom(step.after);
                updated.add(step);
                input = step.after;
            } else {
                // A level that keeps its state feeds no level above: a higher one updates only together with the one
                // below.
                part(next, i).copyFrom(part(state, i));
            }
        }
        return new Step() {
            @Override
            public void backward(FloatTensor dNext, FloatTensor dState) {
                dState.copyFrom(dNext);
                for (int i = updated.size() - 1; i >= 0; i--) {
                    updated.get(i).backward(dState, i > 0 ? updated.get(i - 1) : null);
                }
            }

            @Override
            public void close() {
                // A level's tape leases the state of the one below.
                for (int i = updated.size() - 1; i >= 0; i--) {
                    updated.get(i).close();
                }
            }
        };
    }

    @Override
    public final void close() {
        levels.forEach(FullyRecurrentNetwork::close);
    }

    /** One level's update, in memory of its own. */
    private final class LevelStep implements AutoCloseable {
        private final int level;
        private final FloatTensor before;
        private final FloatTensor after;
        private final FullyRecurrentNetwork.TapeStep step;

        LevelStep(int level, FloatTensor input, FloatTensor state) {
            FullyRecurrentNetwork network = levels.get(level);
            this.level = level;
            before = FloatTensor.allocate(backend(), 1, network.stateSize());
            after = FloatTensor.allocate(backend(), 1, network.stateSize());
            before.copyFrom(state);
            step = network.tapeStep(input, before, after);
        }

        /** Turns this level's part of the gradient of the states after into that before; what reaches the level below is added there. */
        void backward(FloatTensor d, @Nullable LevelStep below) {
            FullyRecurrentNetwork network = levels.get(level);
            try (FloatTensor dAfter = FloatTensor.allocate(backend(), 1, network.stateSize());
                    FloatTensor dBefore = FloatTensor.allocate(backend(), 1, network.stateSize());
                    FloatTensor dInput = FloatTensor.allocate(backend(), 1, network.inputSize())) {
                dAfter.copyFrom(part(d, level));
                step.backward(dAfter, dBefore, below == null ? null : dInput);
                part(d, level).copyFrom(dBefore);
                if (below != null) {
                    Backends.dense(backend()).axpy(1, dInput, part(d, below.level));
                }
            }
        }

        @Override
        public void close() {
            step.close();
            before.close();
            after.close();
        }
    }
}
