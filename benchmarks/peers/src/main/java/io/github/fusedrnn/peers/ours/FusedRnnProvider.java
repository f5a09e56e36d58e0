package io.github.fusedrnn.peers.ours;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.peers.race.CaseData;
import io.github.fusedrnn.peers.race.Contender;
import io.github.fusedrnn.peers.race.ContenderProvider;
import io.github.fusedrnn.peers.race.RaceCase;
import io.github.fusedrnn.peers.race.Setup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** FusedRNN on its CPU backend, as it comes. */
public final class FusedRnnProvider implements ContenderProvider {
    @Override
    public String id() {
        return "fusedrnn";
    }

    @Override
    public String title() {
        return "FusedRNN";
    }

    @Override
    public String version() {
        return Backends.report().stream()
                .filter(status -> status.kind() == BackendKind.CPU)
                .findFirst()
                .map(status -> status.details().get("native library") + ", instruction set "
                        + status.details().get("instruction set"))
                .orElse("no CPU backend");
    }

    @Override
    public List<Setup> setups() {
        return List.of(Setup.of(1), Setup.of(2));
    }

    @Override
    public List<String> jars() {
        return List.of("fusedrnn-", "javacpp-", "openblas-");
    }

    @Override
    public @Nullable String refusal(RaceCase race) {
        return null;
    }

    @Override
    public Contender create(RaceCase race, CaseData data, Setup setup) {
        return race.training()
                ? new FusedRnnTraining(race, data, setup.threads())
                : new FusedRnnInference(race, data, setup.threads());
    }
}
