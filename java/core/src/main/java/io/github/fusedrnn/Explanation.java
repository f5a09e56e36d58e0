package io.github.fusedrnn;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.PlanExplanation;
import java.util.List;

/**
 * What runs a layer, and why.
 *
 * @param backend the backend
 * @param kernels instruction set and kernels, or cuDNN's algorithm, and the options chosen
 * @param threads threads that may work on a call
 * @param plans the plans that exist and are idle now; none before the first call
 * @param packedBytes bytes of the packed weights in use
 * @param planBytes bytes of the idle plans and of training's idle reserves
 * @param determinism which promise of repeatable bits holds
 * @param notes why a faster backend was passed over, one sentence each
 */
public record Explanation(
        BackendKind backend,
        String kernels,
        int threads,
        List<PlanExplanation> plans,
        long packedBytes,
        long planBytes,
        String determinism,
        List<String> notes) {
    /** Copies the lists. */
    public Explanation {
        plans = List.copyOf(plans);
        notes = List.copyOf(notes);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append("backend:      ").append(backend).append('\n');
        text.append("kernels:      ").append(kernels).append('\n');
        text.append("threads:      ").append(threads).append('\n');
        text.append("bytes held:   ").append(packedBytes).append(" packed weights, ");
        text.append(planBytes).append(" in ").append(plans.size()).append(" idle plan(s)\n");
        text.append("determinism:  ").append(determinism);
        for (PlanExplanation plan : plans) {
            text.append("\nplan:         ").append(plan);
        }
        for (String note : notes) {
            text.append("\nnote:         ").append(note);
        }
        return text.toString();
    }
}
