"""What the lines of a pay slip are called."""

from __future__ import annotations

from core.explain import N_

COMPONENT_NAMES = {
    "base_pay": N_("Base pay"),
    "leader_base": N_("Base pay of the post"),
    "commission": N_("Commission pay"),
    "asset_bonus": N_("Asset bonus"),
    "product_bonus": N_("Product bonus"),
    "account_bonus": N_("Valid account bonus"),
    "team_share": N_("Team share"),
    "assessment": N_("Assessment coefficient"),
    "compliance": N_("Compliance coefficient"),
    "held_back": N_("Assessment pay held back"),
    "released": N_("Assessment pay released"),
    "minimum_duty": N_("Withheld for a missed duty"),
    "attendance_deduction": N_("Attendance deduction"),
    "social_insurance": N_("Social insurance"),
    "income_tax": N_("Income tax"),
    "adjustment": N_("Adjustment of a closed month"),
    "other_branch": N_("Rest of another branch's month"),
}
GRADE_NAMES = {
    "T": N_("trainee"),
    "J": N_("junior"),
    "I": N_("intermediate"),
    "S": N_("senior"),
    "P": N_("principal"),
}
# Values that stand in explanations as codes.
WORDS = {
    "developed": N_("developed"),
    "serviced": N_("serviced"),
    "maintained": N_("maintained"),
    "introduced": N_("introduced"),
    "openings": N_("openings"),
    "valid_openings": N_("valid openings"),
    "net_commission": N_("net commission"),
    "net_assets": N_("net new assets"),
    "activity": N_("activity score"),
    "area_manager": N_("area manager"),
    "market_manager": N_("market department manager"),
}
