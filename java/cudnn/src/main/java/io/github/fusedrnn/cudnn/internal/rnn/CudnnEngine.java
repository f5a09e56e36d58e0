package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.DeviceBlock;
import io.github.fusedrnn.cudnn.internal.device.DeviceStorage;
import io.github.fusedrnn.cudnn.internal.rnn.Packing.Spaces;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.MeasuredChoice;
import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.PlanSize;
import io.github.fusedrnn.spi.RecurrentEngine;
import io.github.fusedrnn.spi.Reserve;
import io.github.fusedrnn.spi.TuningCall;
import io.github.fusedrnn.tensor.TensorStorage;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates packed weights and plans for layers of one description on one device. */
final class CudnnEngine implements RecurrentEngine {
    private final CudaDevice device;
    private final RecurrentConfig config;
    private final EngineOptions options;
    private final MathMode math;
    private final StageChain inference;
    private final StageChain training;
    private final AlgorithmRule rule;
    private final AlgorithmChooser chooser;
    private @Nullable Packing inferencePacking; // guarded by the lock of the device's stream, like the next two
    private @Nullable Packing trainingPacking;
    private boolean trains;

    CudnnEngine(CudaDevice device, RecurrentConfig config, EngineOptions options) {
        this.device = device;
        this.config = config;
        this.options = options;
        this.math = MathMode.of(options.precision());
        this.inference = StageChain.inference(config);
        this.training = StageChain.training(config, options);
        this.rule = new AlgorithmRule(config, math, options);
        this.chooser = new AlgorithmChooser(device, config, math, rule, options);
    }

    private Packing packing(boolean forTraining) {
        Packing known = forTraining ? trainingPacking : inferencePacking;
        if (known != null) {
            return known;
        }
        List<Algorithm> algorithms = rule.possible();
        if (!forTraining) {
            known = Packing.of(device, inference, math, algorithms);
            inferencePacking = known;
        } else {
            known = training.sameStages(inference) ? packing(false) : Packing.of(device, training, math, algorithms);
            trainingPacking = known;
        }
        return known;
    }

    @Override
    public PackedWeights pack(TensorStorage canonical, boolean forTraining) {
        device.stream().lock().lock();
        try {
            device.activate();
            StreamOps ops = new StreamOps(device);
            Cleanup cleanup = new Cleanup();
            if (math.isHalf() && !(forTraining && trains)) {
                new WeightRange(math).check(canonical, WeightLayout.of(config).size());
            }
            trains |= forTraining;
            try (Narrowed narrowed = narrowed(ops, canonical)) {
                Spaces own = packing(false).pack(ops, narrowed.address(), math.bytes(), cleanup);
                boolean others = forTraining && !training.sameStages(inference);
                Spaces more = others ? packing(true).pack(ops, narrowed.address(), math.bytes(), cleanup) : null;
                return new CudnnPackedWeights(own, more, forTraining, cleanup);
            } catch (RuntimeException | Error e) {
                cleanup.run();
                throw e;
            }
        } finally {
            device.stream().lock().unlock();
        }
    }

    /** Canonical weights in the data type of the weight spaces. */
    private record Narrowed(long address, @Nullable DeviceBlock own) implements AutoCloseable {
        @Override
        public void close() {
            if (own != null) {
                own.close();
            }
        }
    }

    private Narrowed narrowed(StreamOps ops, TensorStorage canonical) {
        if (!math.isHalf()) {
            return new Narrowed(canonical.address(), null);
        }
        long size = WeightLayout.of(config).size();
        DeviceBlock block = device.memory().allocate(size * math.bytes(), "weights as " + math.label());
        try {
            SequenceMaps.narrow(ops, math, canonical.address(), block.address(), size);
            return new Narrowed(block.address(), block);
        } catch (RuntimeException | Error e) {
            block.close();
            throw e;
        }
    }

    @Override
    public Plan plan(int maxT, int maxN, int threads, boolean forTraining, PackedWeights weights) {
        PlanSize size = new PlanSize(maxT, maxN, threads, forTraining);
        Limits.check(config, maxT, maxN);
        device.stream().lock().lock();
        try {
            device.activate();
            AlgorithmChoice choice = chooser.choose(size, candidates -> measure(size, candidates, weights));
            return create(size, choice, weights);
        } finally {
            device.stream().lock().unlock();
        }
    }

    private MeasuredChoice measure(PlanSize size, List<Algorithm> candidates, PackedWeights weights) {
        try (Reserve reserve = size.training() ? reserve(size.t(), size.n()) : null;
                TuningCall call = new TuningCall(config, size, weights, reserve, true, this::tuningMemory)) {
            return new AlgorithmTuner(
                            device,
                            algorithm -> create(size, new AlgorithmChoice(algorithm, "being measured"), weights),
                            call)
                    .tune(candidates);
        }
    }

    private DeviceStorage tuningMemory(long floats) {
        return DeviceStorage.allocate(device, floats, "tensors of a measurement");
    }

    private CudnnPlan create(PlanSize size, AlgorithmChoice choice, PackedWeights weights) {
        boolean own =
                size.training() && StageChain.drops(config) && options.cudnn().ownDropout();
        return CudnnPlan.create(
                size,
                device,
                size.training() ? training : inference,
                packing(size.training()),
                math,
                choice,
                own ? config.dropout() : 0,
                options.cudnn().graphs(),
                weights.bytes());
    }

    @Override
    public Reserve reserve(int t, int n) {
        return new CudnnReserve(device, training.stages().size(), t, n);
    }

    @Override
    public String describe() {
        return config.cell() + ", cuDNN on " + device + ", " + math.label();
    }

    @Override
    public String determinism() {
        return "same bits for the same call and plan, as far as cuDNN and cuBLAS are deterministic; another N or T may round"
                + " differently";
    }
}
