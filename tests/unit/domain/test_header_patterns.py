"""Headers that no alias fits are recognized by their words."""

import pytest

from flexscout.domain import Role, TypeLevel, find_prefixes, find_role, find_type_base, find_word_meaning


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Total Building Size", "Building SqFt"),
        ("BldgGrossSqFt", "Building SqFt"),
        ("AreaBuilding", "Building SqFt"),
        ("GLA", "Building SqFt"),
        ("Net Rentable Area (SF/Units)", "Building SqFt"),
        ("building.size.grossSize", "Building SqFt"),
        ("PARID", "APN"),
        ("acct", "APN"),
        ("AIN", "APN"),
        ("bbl", "APN"),
        ("yr_impr", "Year Built"),
        ("yearBuiltNumber", "Year Built"),
        ("Built / Reno", "Year Built"),
        ("Total Number of Acres", "Lot Size Acres"),
        ("Land Gross SF", "Lot Size SqFt"),
        ("TOTSALPRIC", "Sold Price"),
        ("DEED_TXFR_DATE", "Sale Date"),
        ("amt_land_value", "Land Value"),
        ("C_A_IMPRV", "Improvement Value"),
        ("Price per SF", "Sold Price/SqFt"),
        ("SCHEDNUM", "APN"),
        ("PARNO", "APN"),
        ("Parcel Nos.", "APN"),
        ("assessor_parcel_number_raw", "APN"),
        ("Property Name / Address", "Address"),
        ("property_use_standardized_code", "Property Type"),
        ("Total RSF", "Building SqFt"),
        ("Bldg_Gross", "Building SqFt"),
        ("STATEPARCELNUMBER", "APN"),
        ("SITUSLINE1", "Address"),
        ("USPS_CITY", "City"),
        ("PROPCLAS", "Property Type"),
        ("LBCSDesc", "Property Type"),
        ("NRSF", "Building SqFt"),
        ("imprv_main_area", "Building SqFt"),
        ("LEGALAC", "Lot Size Acres"),
        ("totalac", "Lot Size Acres"),
        ("YOC", "Year Built"),
        ("Sold For", "Sold Price"),
        ("Guidance", "Asking Price"),
        ("title_holder1", "Owner Name"),
        ("COUNTY_PIN", "APN"),
        ("SITEADD", "Address"),
        ("STRUCTYEAR", "Year Built"),
        ("PARUSEDESC", "Property Type"),
        ("STAT_LAND_USE", "Property Type"),
        ("SALEDT", "Sale Date"),
        ("Sum Building SqFt", "Building SqFt"),
        ("Apx SqFt", "Building SqFt"),
        ("DH", "Loading Docks"),
        ("GL", "Overhead Doors"),
        ("char_bldg_sf", "Building SqFt"),
        ("char_yrblt", "Year Built"),
        ("Total_Sale_Date", "Sale Date"),
        ("Sale Month/Year", "Sale Date"),
        ("bldg_mkt_cur", "Improvement Value"),
        ("IMPS", "Improvement Value"),
        ("total_mkt_cur", "Total Parcel Value"),
        ("LS_AMT", "Sold Price"),
        ("LSALE_PRC", "Sold Price"),
        ("LAST_SALE_AMT", "Sold Price"),
        ("LST_SALE_AMT", "Sold Price"),
        ("SALE_AMT", "Sold Price"),
        ("SLPRICE", "Sold Price"),
        ("SALEP", "Sold Price"),
        ("Consid", "Sold Price"),
        ("CONSIDR1", "Sold Price"),
        ("Deed Consid.", "Sold Price"),
        ("CUR_SALE_PRICE", "Sold Price"),
        ("LSALE_DT", "Sale Date"),
        ("CURR_SALE_RECORDING_DT", "Sale Date"),
        ("LAST_SALE_DATE_TRANSFER", "Sale Date"),
        ("RECDATE", "Sale Date"),
        ("OwnDate", "Sale Date"),
        ("Closed", "Sale Date"),
        ("MKTTL", "Total Parcel Value"),
        ("MKLND", "Land Value"),
        ("FAIR_CASH_VALUE", "Total Parcel Value"),
        ("TOTALACTVAL", "Total Parcel Value"),
        ("ASSR_ACRES", "Lot Size Acres"),
        ("LEGALLY_DEEDED_ACREAGE", "Lot Size Acres"),
        ("SQFEET_MAIN", "Building SqFt"),
        ("PRPCTYNAM", "City"),
        ("OWNAM1", "Owner Name"),
        ("parcelpin", "APN"),
        ("GEOPIN", "APN"),
        ("LUCODE_DESC", "Property Type"),
        ("SITUSADD1", "Address"),
        ("PHYS_ADDR", "Address"),
        ("TMK", "APN"),
        ("FAIRCASHTOTAL", "Total Parcel Value"),
        ("LAST MARKET SALE RECORDING DATE", "Sale Date"),
        ("Ask Price", "Asking Price"),
        ("Ceiling Clear", "Ceiling Height"),
    ],
)
def test_words_in_any_order_name_a_column(header, column):
    assert find_word_meaning(header).column == column


@pytest.mark.parametrize(
    "header",
    [
        "First Floor Area",
        "Available SF",
        "Rent/SF",
        "Assessment Year",
        "Number of Buildings",
        "Basement Area",
        "SF Occupied",
        "LS_BOOK",
        "PRIOR_SALE_PRICE",
        "Deed Type",
        "Record Date",
        "Document Amount",
        "Current Rent",
    ],
)
def test_other_words_name_no_column(header):
    assert find_word_meaning(header) is None


def test_a_header_cut_off_at_ten_characters_is_completed():
    assert find_word_meaning("SITE_ADDRE").column == "Address"
    assert find_word_meaning("SITE_ADDR_E") is None


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("Situs Street Number", "number"),
        ("SITUS_DIR", "direction"),
        ("Street Name", "name"),
        ("ST_TYPE", "type"),
        ("STNUMBER", "number"),
        ("ADDRNO", "number"),
        ("ADDRST", "name"),
        ("ADDRSF", "type"),
        ("Addr 2", "line 2"),
    ],
)
def test_parts_of_an_address_are_told_apart(header, part):
    assert (find_word_meaning(header).column, find_word_meaning(header).part) == ("Address", part)


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("SITUS_CITY", Role.PROPERTY),
        ("TRUE_SITE_ADDR", Role.PROPERTY),
        ("Mailing Address", Role.OTHER),
        ("OWN_CITY", Role.OTHER),
        ("Buyers Broker City", Role.OTHER),
        ("City", Role.BARE),
    ],
)
def test_words_tell_whose_place_it_is(header, role):
    assert find_role(header) is role


@pytest.mark.parametrize(
    ("header", "level"),
    [
        ("Property Class Description", TypeLevel.COARSE),
        ("Use Code Description", TypeLevel.FINE),
        ("Secondary Type", TypeLevel.SUBTYPE),
        ("PropertySubType", TypeLevel.SUBTYPE),
    ],
)
def test_words_tell_how_fine_a_type_is(header, level):
    assert find_word_meaning(header).level is level


def test_a_short_word_before_several_headers_is_the_name_of_a_table():
    headers = ["vns ayb", "vns style desc", "vns grade", "Land Value", "Land Use", "Land Area"]
    assert find_prefixes(headers) == {"vns"}
    assert find_word_meaning("vns ayb") is None
    assert find_word_meaning("vns ayb", {"vns"}).column == "Year Built"


@pytest.mark.parametrize(("header", "base"), [("LUC", "use"), ("Class", "class"), ("Bldg Style", "style"), ("Sector", "")])
def test_words_tell_what_a_type_describes(header, base):
    assert find_type_base(header) == base
