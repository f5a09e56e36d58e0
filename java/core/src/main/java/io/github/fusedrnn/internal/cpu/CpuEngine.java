package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.natives.MemoryLimit;
import io.github.fusedrnn.internal.natives.NativeApi;
import io.github.fusedrnn.internal.natives.NativeStatus;
import io.github.fusedrnn.internal.natives.NativeStorage;
import io.github.fusedrnn.internal.natives.OpenBlas;
import io.github.fusedrnn.internal.natives.fr_packed;
import io.github.fusedrnn.internal.natives.fr_plan;
import io.github.fusedrnn.spi.MeasuredChoice;
import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.PlanChoices;
import io.github.fusedrnn.spi.PlanKey;
import io.github.fusedrnn.spi.PlanSize;
import io.github.fusedrnn.spi.RecurrentEngine;
import io.github.fusedrnn.spi.Reserve;
import io.github.fusedrnn.spi.TuningCall;
import io.github.fusedrnn.tensor.TensorStorage;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates packed weights and plans for layers of one description on one instruction set. */
final class CpuEngine implements RecurrentEngine {
    private static final String BY_RULE = "by rule, from shape, caches and threads";
    private static final String BEING_MEASURED = "being measured";
    /** One measurement at a time in the process: two would disturb each other. */
    private static final Object MEASURING = new Object();

    private final RecurrentConfig config;
    private final Isa isa;
    private final Products products;
    private final PlanChoices choices;
    private final NativeLayer layer;
    private final long[] offsets;

    CpuEngine(RecurrentConfig config, Isa isa, Products products, PlanChoices choices) {
        this.config = config;
        this.isa = isa;
        this.products = products;
        // OpenBLAS's bits depend on the schedule, so there the rule alone decides.
        this.choices = products == Products.OPENBLAS ? PlanChoices.RULE : choices;
        this.layer = new NativeLayer(config, isa, products);
        this.offsets = WeightLayout.of(config).offsets();
    }

    @Override
    public PackedWeights pack(TensorStorage canonical, boolean training) {
        return packBy(null, canonical, training);
    }

    @Override
    public PackedWeights pack(TensorStorage canonical, boolean training, Plan idle) {
        return packBy(((CpuPlan) idle).handle(), canonical, training);
    }

    private PackedWeights packBy(@Nullable fr_plan plan, TensorStorage canonical, boolean training) {
        String label = "packed weights";
        long bytes = known(label, layer.packBytes(training));
        MemoryLimit.check(bytes, label);
        fr_packed packed = layer.pack(training, canonical.address(), offsets, plan);
        if (packed == null) {
            throw NativeStatus.lastFailure("fr_pack");
        }
        return new CpuPackedWeights(packed, bytes, training);
    }

    @Override
    public Plan plan(int maxT, int maxN, int threads, boolean training, PackedWeights weights) {
        if (products == Products.OPENBLAS) {
            OpenBlas.open();
        }
        PlanSize size = new PlanSize(maxT, maxN, threads, training);
        if (choices == PlanChoices.RULE) {
            return create(size, weights, null, BY_RULE);
        }
        MeasuredChoice known = measured(size, weights);
        return known == null
                ? create(size, weights, null, BY_RULE)
                : create(size, weights, known.choice(), known.describe());
    }

    /** The schedule measured for a plan; null where the rule decides. */
    private @Nullable MeasuredChoice measured(PlanSize size, PackedWeights weights) {
        String key = key(size);
        MeasuredChoice known = choices.find(key);
        if (known != null || !choices.measuring()) {
            return known;
        }
        synchronized (MEASURING) {
            known = choices.find(key); // another thread may have measured it meanwhile
            if (known == null) {
                known = measure(size, weights);
                if (known != null) {
                    choices.keep(key, known);
                }
            }
            return known;
        }
    }

    private CpuPlan create(PlanSize size, PackedWeights weights, @Nullable String choice, String source) {
        long bytes = CallMemory.bytes(size.n())
                + known(size.label(), layer.planBytes(size.t(), size.n(), size.threads(), size.training(), choice));
        MemoryLimit.check(bytes, size.label());
        CallMemory memory = new CallMemory(size.n());
        fr_plan plan = layer.plan(size.t(), size.n(), size.threads(), size.training(), choice);
        if (plan == null) {
            memory.free();
            throw NativeStatus.lastFailure("fr_plan_create");
        }
        return new CpuPlan(plan, size.threads(), explain(plan, size, bytes, weights, source), memory);
    }

    private static PlanExplanation explain(
            fr_plan plan, PlanSize size, long bytes, PackedWeights weights, String source) {
        int working = NativeApi.fr_plan_working_threads(plan);
        long each = (weights.bytes() + working - 1) / working;
        return new PlanExplanation(
                size.t(),
                size.n(),
                size.training(),
                NativeApi.fr_plan_describe(plan),
                working,
                bytes,
                each,
                Machine.shares(each, working),
                NativeApi.fr_plan_schedule(plan),
                source);
    }

    /** Everything that a measurement depends on beside library and machine. */
    private String key(PlanSize size) {
        return new PlanKey("cpu")
                .with("isa", isa.name())
                .with("products", products.name())
                .with("threads", size.threads())
                .with(size)
                .with(config)
                .text();
    }

    /** Null where there is only one schedule. */
    private @Nullable MeasuredChoice measure(PlanSize size, PackedWeights weights) {
        List<String> candidates = candidates(size);
        if (candidates.size() < 2) {
            return null;
        }
        try (Reserve reserve = size.training() ? reserve(size.t(), size.n()) : null;
                // The products of the gradients of x and the weights do not depend on the schedule.
                TuningCall call = new TuningCall(config, size, weights, reserve, false, CpuEngine::tuningMemory)) {
            return ScheduleTuner.tune(candidates, schedule -> create(size, weights, schedule, BEING_MEASURED), call);
        }
    }

    private static TensorStorage tuningMemory(long floats) {
        return NativeStorage.allocate(floats, "tensors of a measurement");
    }

    /** The schedules worth measuring, the rule's first. */
    List<String> candidates(PlanSize size) {
        List<String> lines = layer.schedules(size.t(), size.n(), size.threads(), size.training());
        if (lines == null) {
            throw new IllegalArgumentException(size.label() + ": " + NativeApi.fr_last_error());
        }
        return lines;
    }

    @Override
    public Reserve reserve(int t, int n) {
        String label = "reserve of a tape for T = " + t + ", N = " + n;
        long bytes = known(label, layer.reserveBytes(t, n));
        return new CpuReserve(t, n, NativeStorage.allocateDirty((bytes + Float.BYTES - 1) / Float.BYTES, label));
    }

    private static long known(String label, long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException(label + ": " + NativeApi.fr_last_error());
        }
        return Math.max(bytes, 1);
    }

    @Override
    public Availability trains() {
        return products == Products.FLOAT16 || products == Products.INT8
                ? Availability.no("precision " + products
                        + ": training is not supported, compressed weights are for inference only; train a layer of precision FLOAT32 and copy"
                        + " its weights (replaceWeights)")
                : RecurrentEngine.super.trains();
    }

    @Override
    public String describe() {
        return config.cell() + ", instruction set " + isa.label() + ", products " + products.label();
    }

    @Override
    public String determinism() {
        return switch (products) {
            case PACKED ->
                "a row's forward bits depend neither on the other rows of the batch nor on the threads; backward bits depend on the shape alone";
            case FLOAT16, INT8 -> "a row's bits depend neither on the other rows of the batch nor on the threads";
            case OPENBLAS -> "same bits for the same call, plan and threads only: OpenBLAS computes the products";
        };
    }
}
