package io.github.fusedrnn.cudnn.internal.rnn;

import static org.bytedeco.cuda.global.cudnn.CUDNN_FWD_MODE_INFERENCE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_FWD_MODE_TRAINING;
import static org.bytedeco.cuda.global.cudnn.CUDNN_WGRAD_MODE_ADD;

import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.cudnn.internal.device.HostBlock;
import io.github.fusedrnn.cudnn.internal.device.Span;
import java.nio.ByteBuffer;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/**
 * A stage in a plan: its descriptors and cuDNN's three calls, without garbage. The caller sets the addresses first, 0 is NULL, and
 * holds the lock of the device's stream. One thread at a time.
 */
final class StageRun {
    private static final int BAD_PARAM = 2;
    private static final int NOT_SUPPORTED = 3;
    private static final int CATEGORY = 1000;

    private final Stage stage;
    private final MathMode math;
    private final StreamOps ops;
    private final Cleanup cleanup;
    private final DataDescriptors data;
    private final @Nullable RnnDescriptor[] byAlgorithm = new @Nullable RnnDescriptor[Algorithm.values().length];
    private final HostBlock sizes = new HostBlock(2 * Long.BYTES);
    private final ByteBuffer sizesRead = sizes.bytes();
    private final SizeTPointer workBytes = new SizeTPointer(new Span(sizes.address()));
    private final SizeTPointer reserveBytes = new SizeTPointer(new Span(sizes.address() + Long.BYTES));
    private @Nullable DropoutDescriptor dropout;
    private long preparedShape;
    private @Nullable Algorithm preparedAlgorithm;
    private boolean preparedTraining;

    private final Span x = new Span();
    private final Span y = new Span();
    private final Span hx = new Span();
    private final Span hy = new Span();
    private final Span cx = new Span();
    private final Span cy = new Span();
    private final Span dx = new Span();
    private final Span dy = new Span();
    private final Span dhx = new Span();
    private final Span dhy = new Span();
    private final Span dcx = new Span();
    private final Span dcy = new Span();
    private final Span weights = new Span();
    private final Span dWeights = new Span();
    private final Span work = new Span();
    private final Span reserve = new Span();

    StageRun(Stage stage, MathMode math, StreamOps ops, int maxN, Cleanup cleanup) {
        this.stage = stage;
        this.math = math;
        this.ops = ops;
        this.cleanup = cleanup;
        this.data = new DataDescriptors(stage, math, maxN, cleanup);
    }

    Stage stage() {
        return stage;
    }

    /** Turns on cuDNN's dropout between the layers of this stage; before the first call. */
    void dropBetween(DropoutDescriptor with) {
        dropout = with;
    }

    private RnnDescriptor descriptor(Algorithm algorithm) {
        RnnDescriptor known = byAlgorithm[algorithm.ordinal()];
        if (known == null) {
            DropoutDescriptor drops = dropout != null ? dropout : DropoutDescriptor.none(ops.device());
            known = new RnnDescriptor(stage, math, algorithm, drops, cleanup);
            byAlgorithm[algorithm.ordinal()] = known;
        }
        return known;
    }

    private static int mode(boolean training) {
        return training ? CUDNN_FWD_MODE_TRAINING : CUDNN_FWD_MODE_INFERENCE;
    }

    /**
     * Whether a failure may mean that cuDNN does not support an algorithm here. It reports some limits as bad parameters; what really is wrong fails
     * with the standard algorithm as well.
     */
    static boolean isRefusal(int code) {
        return code / CATEGORY == NOT_SUPPORTED || code / CATEGORY == BAD_PARAM;
    }

    /** Sets the shape of the next calls and queries the sizes of workspace and reserve space. */
    void prepare(Algorithm algorithm, boolean training, CallShape shape) {
        if (preparedShape == shape.version() && preparedAlgorithm == algorithm && preparedTraining == training) {
            return;
        }
        preparedShape = 0;
        data.set(shape);
        CudaStatus.check(
                cudnn.cudnnGetRNNTempSpaceSizes(
                        ops.handle(),
                        descriptor(algorithm).struct(),
                        mode(training),
                        data.x(),
                        workBytes,
                        reserveBytes),
                "cudnnGetRNNTempSpaceSizes");
        preparedShape = shape.version();
        preparedAlgorithm = algorithm;
        preparedTraining = training;
    }

    /** Bytes of workspace, from {@link #prepare}. */
    long workBytes() {
        return sizesRead.getLong(0);
    }

    /** Bytes of reserve space, from {@link #prepare}. */
    long reserveBytes() {
        return sizesRead.getLong(Long.BYTES);
    }

    /** x and y of the next calls. */
    void sequences(long xAt, long yAt) {
        x.to(xAt);
        y.to(yAt);
    }

    /** The initial states of the next calls. */
    void initial(long hAt, long cAt) {
        hx.to(hAt);
        cx.to(cAt);
    }

    /** Where the final states go. */
    void last(long hAt, long cAt) {
        hy.to(hAt);
        cy.to(cAt);
    }

    /** Gradients of y and x. */
    void sequenceGradients(long dyAt, long dxAt) {
        dy.to(dyAt);
        dx.to(dxAt);
    }

    /** Gradients of the final states. */
    void lastGradients(long hAt, long cAt) {
        dhy.to(hAt);
        dcy.to(cAt);
    }

    /** Where the gradients of the initial states go. */
    void initialGradients(long hAt, long cAt) {
        dhx.to(hAt);
        dcx.to(cAt);
    }

    /** Weight space, workspace and reserve space. */
    void spaces(long weightsAt, long workAt, long reserveAt) {
        weights.to(weightsAt);
        work.to(workAt);
        reserve.to(reserveAt);
    }

    /** Forward, after {@link #prepare}. */
    void forward(Algorithm algorithm, boolean training, long weightBytes) {
        CudaStatus.check(
                cudnn.cudnnRNNForward(
                        ops.handle(),
                        descriptor(algorithm).struct(),
                        mode(training),
                        (IntPointer) null,
                        data.x(),
                        x,
                        data.y(),
                        y,
                        data.h(),
                        hx,
                        hy,
                        data.c(),
                        cx,
                        cy,
                        weightBytes,
                        weights,
                        workBytes(),
                        work,
                        training ? reserveBytes() : 0,
                        reserve),
                "cudnnRNNForward");
    }

    /** Gradients of x and the initial states, from the reserve space that forward has filled. */
    void backwardData(Algorithm algorithm, long weightBytes) {
        CudaStatus.check(
                cudnn.cudnnRNNBackwardData_v8(
                        ops.handle(),
                        descriptor(algorithm).struct(),
                        (IntPointer) null,
                        data.y(),
                        y,
                        dy,
                        data.x(),
                        dx,
                        data.h(),
                        hx,
                        dhy,
                        dhx,
                        data.c(),
                        cx,
                        dcy,
                        dcx,
                        weightBytes,
                        weights,
                        workBytes(),
                        work,
                        reserveBytes(),
                        reserve),
                "cudnnRNNBackwardData_v8");
    }

    /** Adds the gradients of the weights to a weight space; after {@link #backwardData}. */
    void backwardWeights(Algorithm algorithm, long weightBytes, long dWeightsAt) {
        CudaStatus.check(
                cudnn.cudnnRNNBackwardWeights_v8(
                        ops.handle(),
                        descriptor(algorithm).struct(),
                        CUDNN_WGRAD_MODE_ADD,
                        (IntPointer) null,
                        data.x(),
                        x,
                        data.h(),
                        hx,
                        data.y(),
                        y,
                        weightBytes,
                        dWeights.to(dWeightsAt),
                        workBytes(),
                        work,
                        reserveBytes(),
                        reserve),
                "cudnnRNNBackwardWeights_v8");
    }
}
