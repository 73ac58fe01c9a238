"""The classic mistakes, one file each, the more common first.

To add one: write its file with a ``Mistake`` record, and its line in MISTAKES.
"""

from chainrule.explain.detective.mistake import Mistake
from chainrule.explain.detective.mistakes.bias_correction_left_out import BIAS_CORRECTION_LEFT_OUT
from chainrule.explain.detective.mistakes.bias_not_updated import BIAS_NOT_UPDATED
from chainrule.explain.detective.mistakes.bias_updated import BIAS_UPDATED
from chainrule.explain.detective.mistakes.coupled_decay import COUPLED_DECAY
from chainrule.explain.detective.mistakes.decoupled_decay import DECOUPLED_DECAY
from chainrule.explain.detective.mistakes.derivative_at_activation import DERIVATIVE_AT_ACTIVATION
from chainrule.explain.detective.mistakes.derivative_of_weighted_sum import (
    DERIVATIVE_OF_WEIGHTED_SUM,
)
from chainrule.explain.detective.mistakes.doubled_mean_factor import DOUBLED_MEAN_FACTOR
from chainrule.explain.detective.mistakes.epsilon_inside_root import EPSILON_INSIDE_ROOT
from chainrule.explain.detective.mistakes.extra_activation_derivative import (
    EXTRA_ACTIVATION_DERIVATIVE,
)
from chainrule.explain.detective.mistakes.factor_two import FACTOR_TWO
from chainrule.explain.detective.mistakes.forgotten_activation import FORGOTTEN_ACTIVATION
from chainrule.explain.detective.mistakes.forgotten_bias import FORGOTTEN_BIAS
from chainrule.explain.detective.mistakes.half_of_squared_error import HALF_OF_SQUARED_ERROR
from chainrule.explain.detective.mistakes.last_sample_only import LAST_SAMPLE_ONLY
from chainrule.explain.detective.mistakes.layer_not_updated import LAYER_NOT_UPDATED
from chainrule.explain.detective.mistakes.learning_rate_left_out import LEARNING_RATE_LEFT_OUT
from chainrule.explain.detective.mistakes.learning_rate_power_of_ten import (
    LEARNING_RATE_POWER_OF_TEN,
)
from chainrule.explain.detective.mistakes.log_base import LOG_BASE
from chainrule.explain.detective.mistakes.mean_for_sum import MEAN_FOR_SUM
from chainrule.explain.detective.mistakes.missing_activation_derivative import (
    MISSING_ACTIVATION_DERIVATIVE,
)
from chainrule.explain.detective.mistakes.missing_input_factor import MISSING_INPUT_FACTOR
from chainrule.explain.detective.mistakes.missing_mean_factor import MISSING_MEAN_FACTOR
from chainrule.explain.detective.mistakes.missing_negative_term import MISSING_NEGATIVE_TERM
from chainrule.explain.detective.mistakes.missing_weight_factor import MISSING_WEIGHT_FACTOR
from chainrule.explain.detective.mistakes.momentum_averaged import MOMENTUM_AVERAGED
from chainrule.explain.detective.mistakes.momentum_left_out import MOMENTUM_LEFT_OUT
from chainrule.explain.detective.mistakes.nesterov_momentum import NESTEROV_MOMENTUM
from chainrule.explain.detective.mistakes.one_output_only import ONE_OUTPUT_ONLY
from chainrule.explain.detective.mistakes.previous_batch import PREVIOUS_BATCH
from chainrule.explain.detective.mistakes.root_left_out import ROOT_LEFT_OUT
from chainrule.explain.detective.mistakes.rounded import ROUNDED
from chainrule.explain.detective.mistakes.softmax_diagonal_only import SOFTMAX_DIAGONAL_ONLY
from chainrule.explain.detective.mistakes.softmax_twice import SOFTMAX_TWICE
from chainrule.explain.detective.mistakes.step_count import STEP_COUNT
from chainrule.explain.detective.mistakes.step_number_stuck import STEP_NUMBER_STUCK
from chainrule.explain.detective.mistakes.sum_for_mean import SUM_FOR_MEAN
from chainrule.explain.detective.mistakes.swapped_betas import SWAPPED_BETAS
from chainrule.explain.detective.mistakes.transposed_index import TRANSPOSED_INDEX
from chainrule.explain.detective.mistakes.transposed_weight import TRANSPOSED_WEIGHT
from chainrule.explain.detective.mistakes.updated_weights import UPDATED_WEIGHTS
from chainrule.explain.detective.mistakes.weight_decay_left_out import WEIGHT_DECAY_LEFT_OUT
from chainrule.explain.detective.mistakes.wrong_sign import WRONG_SIGN
from chainrule.explain.detective.mistakes.zero_grad_forgotten import ZERO_GRAD_FORGOTTEN

MISTAKES: tuple[Mistake, ...] = (
    UPDATED_WEIGHTS,
    MISSING_ACTIVATION_DERIVATIVE,
    WRONG_SIGN,
    SUM_FOR_MEAN,
    MEAN_FOR_SUM,
    HALF_OF_SQUARED_ERROR,
    FACTOR_TWO,
    MISSING_MEAN_FACTOR,
    DOUBLED_MEAN_FACTOR,
    ZERO_GRAD_FORGOTTEN,
    STEP_COUNT,
    LEARNING_RATE_POWER_OF_TEN,
    LEARNING_RATE_LEFT_OUT,
    FORGOTTEN_BIAS,
    BIAS_NOT_UPDATED,
    BIAS_UPDATED,
    FORGOTTEN_ACTIVATION,
    DERIVATIVE_AT_ACTIVATION,
    DERIVATIVE_OF_WEIGHTED_SUM,
    EXTRA_ACTIVATION_DERIVATIVE,
    TRANSPOSED_WEIGHT,
    TRANSPOSED_INDEX,
    MISSING_WEIGHT_FACTOR,
    MISSING_INPUT_FACTOR,
    ONE_OUTPUT_ONLY,
    LAYER_NOT_UPDATED,
    LAST_SAMPLE_ONLY,
    PREVIOUS_BATCH,
    SOFTMAX_TWICE,
    SOFTMAX_DIAGONAL_ONLY,
    MISSING_NEGATIVE_TERM,
    LOG_BASE,
    MOMENTUM_LEFT_OUT,
    MOMENTUM_AVERAGED,
    NESTEROV_MOMENTUM,
    BIAS_CORRECTION_LEFT_OUT,
    STEP_NUMBER_STUCK,
    EPSILON_INSIDE_ROOT,
    ROOT_LEFT_OUT,
    SWAPPED_BETAS,
    COUPLED_DECAY,
    DECOUPLED_DECAY,
    WEIGHT_DECAY_LEFT_OUT,
    ROUNDED,
)
