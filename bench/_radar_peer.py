"""Stone Soup over a made-up radar scene; runs in the environment of the peers, and knows nothing of selat.

``python bench/_radar_peer.py IN.npz OUT.npz ASSOCIATOR SECONDS``: ``gnn`` or ``lbp`` (JPDA). Settings as Stone Soup's own
examples have them, with the scene's true noise, and for ``lbp`` its true clutter and probability of detection.
"""

from __future__ import annotations

import datetime
import sys
import time
import warnings

import numpy as np
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.dataassociator.probability import JPDAwithLBP
from stonesoup.deleter.time import UpdateTimeStepsDeleter
from stonesoup.functions import gm_reduce_single
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.hypothesiser.probability import PDAHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.types.update import GaussianStateUpdate
from stonesoup.updater.kalman import KalmanUpdater

warnings.simplefilter("ignore")
BEGIN = datetime.datetime(2026, 1, 1)  # noqa: DTZ001 (Stone Soup's own times have no zone)


def joined(updater, hypotheses, when):
    """The mean of a track's hypotheses; None where nothing of it was seen."""
    states, weights = [], []
    for h in hypotheses:
        state = updater.update(h) if h else h.prediction
        states.append(state)
        weights.append(float(h.probability))
    if not any(bool(h) and float(h.probability) > 0.5 for h in hypotheses):
        seen = False
    else:
        seen = True
    means = np.hstack([s.state_vector for s in states]).astype(float)
    mean, covar = gm_reduce_single(means, np.stack([s.covar for s in states], -1), np.array(weights) / sum(weights))
    return (GaussianStateUpdate if seen else GaussianState)(
        mean, covar, timestamp=when, **({"hypothesis": hypotheses} if seen else {})
    )


def main() -> None:
    source, target, kind, seconds = *sys.argv[1:4], float(sys.argv[4])
    data = np.load(source, allow_pickle=True)
    motion = CombinedLinearGaussianTransitionModel([ConstantVelocity(0.01)] * 2)
    sight = LinearGaussian(4, (0, 2), np.diag([100.0, 100.0]))
    predictor, updater = KalmanPredictor(motion), KalmanUpdater(sight)
    near = GNNWith2DAssignment(DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=4))
    if kind == "gnn":
        associator = near
    else:
        associator = JPDAwithLBP(
            PDAHypothesiser(predictor, updater, float(data["density"]), prob_detect=0.9, prob_gate=0.9997)
        )
    prior = GaussianState([[0], [0], [0], [0]], np.diag([0.0, 49.0, 0.0, 49.0]), timestamp=BEGIN)
    begin = MultiMeasurementInitiator(prior, UpdateTimeStepsDeleter(2), near, updater, sight, min_points=3)
    end = UpdateTimeStepsDeleter(5)
    tracks, names, ids, places, spans = set(), {}, [], [], []
    for k, plots in enumerate(data["plots"]):
        when = BEGIN + datetime.timedelta(seconds=3 * k)
        found = {Detection(p.reshape(2, 1), timestamp=when, measurement_model=sight) for p in np.asarray(plots, float)}
        start = time.process_time()
        used = set()
        for track, hypothesis in associator.associate(tracks, found, when).items():
            if kind == "gnn":
                if hypothesis.measurement:
                    track.append(updater.update(hypothesis))
                    used.add(hypothesis.measurement)
                else:
                    track.append(hypothesis.prediction)
            else:
                track.append(joined(updater, hypothesis, when))
                used |= {h.measurement for h in hypothesis if h and float(h.probability) > 0.1}
        tracks -= end.delete_tracks(tracks)
        tracks |= begin.initiate(found - used, when)
        spans.append(time.process_time() - start)
        ids.append(np.array([names.setdefault(t.id, len(names)) for t in tracks], int))
        places.append(
            np.array([[float(t.state_vector[0, 0]), float(t.state_vector[2, 0])] for t in tracks]).reshape(-1, 2)
        )
        if sum(spans) > seconds:
            break
    np.savez(target, spans=spans, ids=np.array([*ids, None], object), places=np.array([*places, None], object))


if __name__ == "__main__":
    main()
