package io.github.fusedrnn.cudnn.gpu;

import static org.bytedeco.cuda.global.cudart.cudaFree;
import static org.bytedeco.cuda.global.cudart.cudaMalloc;
import static org.bytedeco.cuda.global.cudart.cudaMemcpy;
import static org.bytedeco.cuda.global.cudart.cudaMemset;
import static org.bytedeco.cuda.global.cudnn.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnDropoutStruct;
import org.bytedeco.cuda.cudnn.cudnnRNNDataStruct;
import org.bytedeco.cuda.cudnn.cudnnRNNStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/** One float32 layer directly on cuDNN's functions, with statuses instead of exceptions; time-major with padding, without a dropout descriptor if possible. */
final class RawNetwork implements AutoCloseable {
    /** The descriptors and sizes of a question. */
    record Setup(int cell, int algorithm, int c, int h, int t, int[] lengths, double clip) {
        int n() {
            return lengths.length;
        }
    }

    final Setup setup;
    final cudnnContext handle = new cudnnContext();
    final cudnnRNNStruct rnn = new cudnnRNNStruct();
    final int described;
    private final cudnnRNNDataStruct xDesc = new cudnnRNNDataStruct();
    private final cudnnRNNDataStruct yDesc = new cudnnRNNDataStruct();
    private final cudnnTensorStruct states = new cudnnTensorStruct();
    private final List<Pointer> blocks = new ArrayList<>();
    final long weightBytes;
    final long workspaceBytes;
    final long reserveBytes;
    final Pointer x;
    final Pointer y;
    final Pointer dx;
    final Pointer dy;
    final Pointer cx;
    final Pointer dcx;
    final Pointer weights;
    final Pointer dWeights;
    private final Pointer workspace;
    private final Pointer reserve;

    RawNetwork(Setup setup) {
        this.setup = setup;
        require(cudnnCreate(handle));
        require(cudnnCreateRNNDescriptor(rnn));
        require(cudnnCreateRNNDataDescriptor(xDesc));
        require(cudnnCreateRNNDataDescriptor(yDesc));
        require(cudnnCreateTensorDescriptor(states));
        described = describe(null);
        if (described != 0) {
            describe(dropless()); // an answer, too; but the other questions want a layer
        }
        if (setup.clip() > 0) {
            require(cudnnRNNSetClip_v9(rnn, CUDNN_RNN_CLIP_MINMAX, -setup.clip(), setup.clip()));
        }
        FloatPointer zero = new FloatPointer(0f);
        int layout = CUDNN_RNN_DATA_LAYOUT_SEQ_MAJOR_UNPACKED;
        int n = setup.n();
        require(cudnnSetRNNDataDescriptor(
                xDesc, CUDNN_DATA_FLOAT, layout, setup.t(), n, setup.c(), setup.lengths(), zero));
        require(cudnnSetRNNDataDescriptor(
                yDesc, CUDNN_DATA_FLOAT, layout, setup.t(), n, setup.h(), setup.lengths(), zero));
        int[] dims = {1, n, setup.h()};
        require(cudnnSetTensorNdDescriptor(states, CUDNN_DATA_FLOAT, 3, dims, new int[] {n * setup.h(), setup.h(), 1}));
        SizeTPointer sizes = new SizeTPointer(2);
        weightBytes = cudnnGetRNNWeightSpaceSize(handle, rnn, sizes) == 0 ? sizes.get(0) : 4;
        SizeTPointer reserves = new SizeTPointer(1);
        boolean sized = cudnnGetRNNTempSpaceSizes(handle, rnn, CUDNN_FWD_MODE_TRAINING, xDesc, sizes, reserves) == 0;
        workspaceBytes = sized ? sizes.get(0) : 4;
        reserveBytes = sized ? reserves.get(0) : 4;
        x = floats((long) setup.t() * n * setup.c());
        dx = floats((long) setup.t() * n * setup.c());
        y = floats((long) setup.t() * n * setup.h());
        dy = floats((long) setup.t() * n * setup.h());
        cx = floats((long) n * setup.h());
        dcx = floats((long) n * setup.h());
        weights = block(weightBytes);
        dWeights = block(weightBytes);
        workspace = block(workspaceBytes);
        reserve = block(reserveBytes);
        write(x, random((long) setup.t() * n * setup.c()));
        write(dy, random((long) setup.t() * n * setup.h()));
        write(weights, random(weightBytes / Float.BYTES));
        write(cx, new float[n * setup.h()]);
    }

    private int describe(@Nullable cudnnDropoutStruct dropout) {
        return cudnnSetRNNDescriptor_v8(
                rnn,
                setup.algorithm(),
                setup.cell(),
                CUDNN_RNN_DOUBLE_BIAS,
                CUDNN_UNIDIRECTIONAL,
                CUDNN_LINEAR_INPUT,
                CUDNN_DATA_FLOAT,
                CUDNN_DATA_FLOAT,
                CUDNN_FMA_MATH,
                setup.c(),
                setup.h(),
                setup.h(),
                1,
                dropout,
                CUDNN_RNN_PADDED_IO_ENABLED);
    }

    /** A descriptor that drops nothing. */
    private cudnnDropoutStruct dropless() {
        cudnnDropoutStruct made = new cudnnDropoutStruct();
        require(cudnnCreateDropoutDescriptor(made));
        SizeTPointer size = new SizeTPointer(1);
        require(cudnnDropoutGetStatesSize(handle, size));
        require(cudnnSetDropoutDescriptor(made, handle, 0, block(size.get()), size.get(), 0));
        return made;
    }

    private static void require(int status) {
        if (status != 0) {
            throw new IllegalStateException("status " + status + " where none was expected");
        }
    }

    private Pointer floats(long count) {
        return block(count * Float.BYTES);
    }

    private Pointer block(long bytes) {
        Pointer made = new Pointer();
        require(cudaMalloc(made, Math.max(4, bytes)));
        require(cudaMemset(made, 0, Math.max(4, bytes)));
        blocks.add(made);
        return made;
    }

    static float[] random(long count) {
        Random random = new Random(count);
        float[] values = new float[Math.toIntExact(count)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    static void write(Pointer to, float[] values) {
        FloatPointer host = new FloatPointer(values);
        require(cudaMemcpy(to, host, (long) values.length * Float.BYTES, cudart.cudaMemcpyHostToDevice));
    }

    static float[] read(Pointer from, int count) {
        FloatPointer host = new FloatPointer(count);
        require(cudaMemcpy(host, from, (long) count * Float.BYTES, cudart.cudaMemcpyDeviceToHost));
        float[] values = new float[count];
        host.get(values);
        return values;
    }

    int forward(boolean training) {
        return cudnnRNNForward(
                handle,
                rnn,
                training ? CUDNN_FWD_MODE_TRAINING : CUDNN_FWD_MODE_INFERENCE,
                (IntPointer) null,
                xDesc,
                x,
                yDesc,
                y,
                states,
                null,
                null,
                states,
                cx,
                null,
                weightBytes,
                weights,
                workspaceBytes,
                workspace,
                reserveBytes,
                reserve);
    }

    int backwardData() {
        return cudnnRNNBackwardData_v8(
                handle,
                rnn,
                (IntPointer) null,
                yDesc,
                y,
                dy,
                xDesc,
                dx,
                states,
                null,
                null,
                null,
                states,
                cx,
                null,
                dcx,
                weightBytes,
                weights,
                workspaceBytes,
                workspace,
                reserveBytes,
                reserve);
    }

    int backwardWeights() {
        require(cudaMemset(dWeights, 0, weightBytes));
        return cudnnRNNBackwardWeights_v8(
                handle,
                rnn,
                CUDNN_WGRAD_MODE_ADD,
                (IntPointer) null,
                xDesc,
                x,
                states,
                null,
                yDesc,
                y,
                weightBytes,
                dWeights,
                workspaceBytes,
                workspace,
                reserveBytes,
                reserve);
    }

    /** First status that is not 0 of a whole training step, and 0 when there is none. */
    int train() {
        int status = forward(true);
        status = status != 0 ? status : backwardData();
        status = status != 0 ? status : backwardWeights();
        return status != 0 ? status : cudart.cudaDeviceSynchronize();
    }

    /** Offsets of all matrices and biases in the weight space, in bytes. */
    List<Long> offsets() {
        List<Long> offsets = new ArrayList<>();
        cudnnTensorStruct matrix = new cudnnTensorStruct();
        cudnnTensorStruct bias = new cudnnTensorStruct();
        require(cudnnCreateTensorDescriptor(matrix));
        require(cudnnCreateTensorDescriptor(bias));
        PointerPointer<Pointer> m = new PointerPointer<>(1);
        PointerPointer<Pointer> b = new PointerPointer<>(1);
        int ids = setup.cell() == CUDNN_LSTM ? 8 : setup.cell() == CUDNN_GRU ? 6 : 2;
        for (int id = 0; id < ids; id++) {
            require(cudnnGetRNNWeightParams(handle, rnn, 0, weightBytes, weights, id, matrix, m, bias, b));
            offsets.add(m.get(0).address() - weights.address());
            offsets.add(b.get(0).address() - weights.address());
        }
        cudnnDestroyTensorDescriptor(matrix);
        cudnnDestroyTensorDescriptor(bias);
        return offsets;
    }

    @Override
    public void close() {
        cudart.cudaDeviceSynchronize();
        blocks.forEach(block -> cudaFree(block));
        cudnnDestroyTensorDescriptor(states);
        cudnnDestroyRNNDataDescriptor(yDesc);
        cudnnDestroyRNNDataDescriptor(xDesc);
        cudnnDestroyRNNDescriptor(rnn);
        cudnnDestroy(handle);
    }
}
