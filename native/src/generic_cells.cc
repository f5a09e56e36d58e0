#include "generic_cells.h"

#include <cmath>

#include "activation.h"

namespace fusedrnn {
namespace {

// One activation behind its clip.
class GateFunction {
 public:
  GateFunction(const Activations& activations, int slot, float clip)
      : kind_(activations.kind[slot]),
        alpha_(static_cast<double>(activations.alpha[slot])),
        beta_(static_cast<double>(activations.beta[slot])),
        clip_(static_cast<double>(clip)) {}

  double Value(double x) const { return Activate(kind_, alpha_, beta_, Clipped(x)); }
  // d Value / dx where y = Value(x)
  double Slope(double x, double y) const {
    if (clip_ > 0 && std::fabs(x) > clip_) return 0;
    return ActivationSlope(kind_, alpha_, beta_, x, y);
  }

 private:
  double Clipped(double x) const {
    if (clip_ == 0) return x;
    return x > clip_ ? clip_ : x < -clip_ ? -clip_ : x;
  }

  int32_t kind_;
  double alpha_, beta_, clip_;
};

struct LstmFunctions {
  GateFunction f, g, h;
  LstmFunctions(const Activations& activations, float clip)
      : f(activations, 0, clip), g(activations, 1, clip), h(activations, 2, 0) {}
};

struct GruFunctions {
  GateFunction f, g;
  GruFunctions(const Activations& activations, float clip)
      : f(activations, 0, clip), g(activations, 1, clip) {}
};

double Wide(float value) { return static_cast<double>(value); }
float Narrow(double value) { return static_cast<float>(value); }

void RnnForward(const GenericArgs& args) noexcept {
  const int64_t h = args.shape->hidden;
  const GateFunction f(args.activations, 0, args.shape->desc.gate_clip);
  for (int64_t r = 0; r < args.rows; ++r) {
    const float* a = args.gates.base + r * args.gates.ld;
    float* out = args.h_out + r * args.ld_h_out;
    for (int64_t u = 0; u < h; ++u) out[u] = Narrow(f.Value(Wide(a[u])));
  }
}

void RnnBackward(const GenericBackwardArgs& args) noexcept {
  const int64_t h = args.shape->hidden;
  const GateFunction f(args.activations, 0, args.shape->desc.gate_clip);
  for (int64_t r = 0; r < args.rows; ++r) {
    const float* a = args.gates.base + r * args.gates.ld;
    const float* dh = args.dh + r * args.ld_dh;
    float* da = args.dgates + r * args.ld_dgates;
    for (int64_t u = 0; u < h; ++u) {
      const double x = Wide(a[u]);
      da[u] = Narrow(Wide(dh[u]) * f.Slope(x, f.Value(x)));
    }
  }
}

// ONNX LSTM with peepholes p: i and f see c_prev, o sees the new c.
void LstmForward(const GenericArgs& args) noexcept {
  const int64_t h = args.shape->hidden;
  const LstmFunctions fn(args.activations, args.shape->desc.gate_clip);
  const bool coupled = args.shape->desc.coupled != 0;
  const double cell_clip = Wide(args.shape->desc.cell_clip);
  const float* p = args.peephole;
  for (int64_t r = 0; r < args.rows; ++r) {
    float* a = args.gates.base + r * args.gates.ld;
    const float* c_prev = args.c_prev + r * args.ld_c_prev;
    float* c_out = args.c_out + r * args.ld_c_out;
    float* h_out = args.h_out + r * args.ld_h_out;
    for (int64_t u = 0; u < h; ++u) {
      float &ai = a[u], &af = a[h + u], &ag = a[2 * h + u], &ao = a[3 * h + u];
      if (p != nullptr) {
        ai = Narrow(Wide(ai) + Wide(p[u]) * Wide(c_prev[u]));
        af = Narrow(Wide(af) + Wide(p[h + u]) * Wide(c_prev[u]));
      }
      const double i = fn.f.Value(Wide(ai));
      const double f = coupled ? 1 - i : fn.f.Value(Wide(af));
      const double g = fn.g.Value(Wide(ag));
      double c = f * Wide(c_prev[u]) + i * g;
      if (cell_clip > 0) c = c > cell_clip ? cell_clip : c < -cell_clip ? -cell_clip : c;
      // Backward reads the stored c: forward goes on with that one, too.
      c_out[u] = Narrow(c);
      c = Wide(c_out[u]);
      if (p != nullptr) ao = Narrow(Wide(ao) + Wide(p[2 * h + u]) * c);
      h_out[u] = Narrow(fn.f.Value(Wide(ao)) * fn.h.Value(c));
    }
  }
}

void LstmBackward(const GenericBackwardArgs& args) noexcept {
  const int64_t h = args.shape->hidden;
  const LstmFunctions fn(args.activations, args.shape->desc.gate_clip);
  const bool coupled = args.shape->desc.coupled != 0;
  const double cell_clip = Wide(args.shape->desc.cell_clip);
  const float* p = args.peephole;
  for (int64_t r = 0; r < args.rows; ++r) {
    const float* a = args.gates.base + r * args.gates.ld;
    const float* c_prev_row = args.c_prev + r * args.ld_c_prev;
    const float* c_row = args.c + r * args.ld_c;
    const float* dh_row = args.dh + r * args.ld_dh;
    float* dc_row = args.dc + r * args.ld_dc;
    float* da = args.dgates + r * args.ld_dgates;
    for (int64_t u = 0; u < h; ++u) {
      const double ai = Wide(a[u]), af = Wide(a[h + u]), ag = Wide(a[2 * h + u]),
                   ao = Wide(a[3 * h + u]);
      const double i = fn.f.Value(ai), g = fn.g.Value(ag), o = fn.f.Value(ao);
      const double f = coupled ? 1 - i : fn.f.Value(af);
      const double c = Wide(c_row[u]), c_prev = Wide(c_prev_row[u]), dh = Wide(dh_row[u]);
      const double hc = fn.h.Value(c);
      const double dao = dh * hc * fn.f.Slope(ao, o);
      double dc = Wide(dc_row[u]) + dh * o * fn.h.Slope(c, hc);
      if (p != nullptr) dc += dao * Wide(p[2 * h + u]);
      if (cell_clip > 0 && std::fabs(c) >= cell_clip) dc = 0;
      const double di = coupled ? dc * (g - c_prev) : dc * g;
      const double dai = di * fn.f.Slope(ai, i);
      const double daf = coupled ? 0 : dc * c_prev * fn.f.Slope(af, f);
      const double dag = dc * i * fn.g.Slope(ag, g);
      double dc_prev = dc * f;
      if (p != nullptr) dc_prev += dai * Wide(p[u]) + daf * Wide(p[h + u]);
      dc_row[u] = Narrow(dc_prev);
      da[u] = Narrow(dai);
      da[h + u] = Narrow(daf);
      da[2 * h + u] = Narrow(dag);
      da[3 * h + u] = Narrow(dao);
      if (args.dpeephole != nullptr) {
        args.dpeephole[u] += dai * c_prev;
        args.dpeephole[h + u] += daf * c_prev;
        args.dpeephole[2 * h + u] += dao * c;
      }
    }
  }
}

void GruForward(const GenericArgs& args) noexcept {
  const int64_t h = args.shape->hidden;
  const GruFunctions fn(args.activations, args.shape->desc.gate_clip);
  const bool after = args.shape->SplitsHidden();
  for (int64_t row = 0; row < args.rows; ++row) {
    float* a = args.gates.base + row * args.gates.ld;
    const float* h_prev = args.h_prev + row * args.ld_h_prev;
    float* h_out = args.h_out + row * args.ld_h_out;
    for (int64_t u = 0; u < h; ++u) {
      float &ar = a[u], &az = a[h + u], &an = a[2 * h + u];
      if (after) {
        const float* w = args.recurrent.base + row * args.recurrent.ld;
        ar += w[u];
        az += w[h + u];
        const float hidden_n = w[2 * h + u] + args.hidden_bias[u];
        if (args.hidden_n != nullptr) args.hidden_n[row * args.ld_hidden_n + u] = hidden_n;
        an = Narrow(Wide(an) + fn.f.Value(Wide(ar)) * Wide(hidden_n));
      }
      const double z = fn.f.Value(Wide(az)), n = fn.g.Value(Wide(an));
      h_out[u] = Narrow((1 - z) * n + z * Wide(h_prev[u]));
    }
  }
}

void GruBackward(const GenericBackwardArgs& args) noexcept {
  const int64_t h = args.shape->hidden;
  const GruFunctions fn(args.activations, args.shape->desc.gate_clip);
  const bool after = args.shape->SplitsHidden();
  for (int64_t row = 0; row < args.rows; ++row) {
    const float* a = args.gates.base + row * args.gates.ld;
    const float* h_prev = args.h_prev + row * args.ld_h_prev;
    const float* dh_row = args.dh + row * args.ld_dh;
    float* da = args.dgates + row * args.ld_dgates;
    float* dh_direct = args.dh_direct + row * args.ld_dh_direct;
    for (int64_t u = 0; u < h; ++u) {
      const double az = Wide(a[h + u]), an = Wide(a[2 * h + u]), dh = Wide(dh_row[u]);
      const double z = fn.f.Value(az), n = fn.g.Value(an);
      const double dan = dh * (1 - z) * fn.g.Slope(an, n);
      const double daz = dh * (Wide(h_prev[u]) - n) * fn.f.Slope(az, z);
      dh_direct[u] = Narrow(dh * z);
      da[u] = 0;
      da[h + u] = Narrow(daz);
      da[2 * h + u] = Narrow(dan);
      if (after) {
        const double ar = Wide(a[u]), r = fn.f.Value(ar);
        const double dr = dan * Wide(args.hidden_n[row * args.ld_hidden_n + u]);
        da[u] = Narrow(dr * fn.f.Slope(ar, r));
        float* recurrent = args.dgates_hidden + row * args.ld_dgates_hidden;
        recurrent[u] = da[u];
        recurrent[h + u] = da[h + u];
        recurrent[2 * h + u] = Narrow(dan * r);
      }
    }
  }
}

}  // namespace

void GenericForward(const GenericArgs& args) noexcept {
  if (args.shape->lstm) {
    LstmForward(args);
  } else if (args.shape->gru) {
    GruForward(args);
  } else {
    RnnForward(args);
  }
}

void GenericBackward(const GenericBackwardArgs& args) noexcept {
  if (args.shape->lstm) {
    LstmBackward(args);
  } else if (args.shape->gru) {
    GruBackward(args);
  } else {
    RnnBackward(args);
  }
}

void GenericGruReset(const GenericArgs& args) noexcept {
  const int64_t h = args.shape->hidden;
  const GruFunctions fn(args.activations, args.shape->desc.gate_clip);
  for (int64_t r = 0; r < args.rows; ++r) {
    const float* a = args.gates.base + r * args.gates.ld;
    const float* h_prev = args.h_prev + r * args.ld_h_prev;
    float* reset_h = args.reset_h + r * args.ld_reset_h;
    for (int64_t u = 0; u < h; ++u) reset_h[u] = Narrow(fn.f.Value(Wide(a[u])) * Wide(h_prev[u]));
  }
}

void GenericGruResetBackward(const GenericBackwardArgs& args) noexcept {
  const int64_t h = args.shape->hidden;
  const GruFunctions fn(args.activations, args.shape->desc.gate_clip);
  for (int64_t row = 0; row < args.rows; ++row) {
    const float* a = args.gates.base + row * args.gates.ld;
    const float* h_prev = args.h_prev + row * args.ld_h_prev;
    const float* dreset_h = args.dreset_h + row * args.ld_dreset_h;
    float* reset_h = args.reset_h + row * args.ld_reset_h;
    float* da = args.dgates + row * args.ld_dgates;
    float* dh_direct = args.dh_direct + row * args.ld_dh_direct;
    for (int64_t u = 0; u < h; ++u) {
      const double ar = Wide(a[u]), r = fn.f.Value(ar), d = Wide(dreset_h[u]);
      da[u] = Narrow(d * Wide(h_prev[u]) * fn.f.Slope(ar, r));
      dh_direct[u] = Narrow(Wide(dh_direct[u]) + d * r);
      reset_h[u] = Narrow(r * Wide(h_prev[u]));
    }
  }
}

}  // namespace fusedrnn
